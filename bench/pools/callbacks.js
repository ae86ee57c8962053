// Four threads of libuv work on what was asked for at once.
const fs = require('fs');
for (const name of process.argv.slice(2)) {
  fs.chown('/arena/d/' + name, 2, 2, (e) => { if (e) throw e; });
}
