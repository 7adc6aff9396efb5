// Preloaded into npm where it runs on an older Node than we do: by this version it decides which of the optional packages
// it leaves out, and those are for the locked Node.
const { optionalDependencies } = require('../package.json');

const [version] = Object.values(optionalDependencies);
Object.defineProperty(process, 'version', { value: `v${version}` });
