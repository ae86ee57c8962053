// The same with promises, and each name looked at before.
const fs = require('fs/promises');
Promise.all(process.argv.slice(2).map(async (name) => {
  const file = '/arena/d/' + name;
  if ((await fs.lstat(file)).isFile()) await fs.chmod(file, 0o640);
}));
