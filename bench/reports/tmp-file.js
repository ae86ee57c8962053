// CVE-2025-54798: the directory that is asked for may be a link out of the temporary directory.
const t = require('tmp').fileSync({tmpdir: '/shared', dir: 'sub', prefix: 'report-'});
require('fs').writeSync(t.fd, 'a report');
