#!/usr/bin/perl
# File::Temp believes TMPDIR too, unless Perl itself runs set-uid (taint mode).
#
#   s14-believe-tmpdir.pl RESULT
use strict;
use warnings;
use File::Copy qw(copy);
use File::Temp qw(tempfile);

my (undef, $work) = tempfile(OPEN => 1);
# The directory is the user's: here a link is put there.
open my $out, '>', $work or die "$work: $!\n";
print $out "all is well\n";
close $out or die "$work: $!\n";
copy($work, $ARGV[0]) or die "$ARGV[0]: $!\n";
unlink $work;
