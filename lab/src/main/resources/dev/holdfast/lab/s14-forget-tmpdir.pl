#!/usr/bin/perl
# The same with a directory that the program knows itself, and by the handle alone.
#
#   s14-forget-tmpdir.pl RESULT
use strict;
use warnings;
use File::Copy qw(copy);
use File::Temp qw(tempfile);
use IO::Handle;

my ($work) = tempfile(DIR => '/tmp');
print $work "all is well\n";
$work->flush or die "flush: $!\n";
seek $work, 0, 0 or die "seek: $!\n";
copy($work, $ARGV[0]) or die "$ARGV[0]: $!\n";
