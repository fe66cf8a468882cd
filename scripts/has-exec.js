// For the scripts of package.json: fails where npm's shell has no `exec`, which is Windows' cmd. Elsewhere the service
// takes the shell's place: a shell in between would die of npm's SIGTERM and leave the service behind.
process.exitCode = process.platform === 'win32' ? 1 : 0;
