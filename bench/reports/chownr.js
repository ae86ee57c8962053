// CVE-2017-18869: looks at a directory, then changes its owner by name.
require('chownr')(process.argv[2], 2, 2, (e) => { if (e) throw e; });
