const minNodeMajor = 24;

const { node: version } = process.versions;
if (Number(version.split('.')[0]) < minNodeMajor) {
  console.error(
    `Cannot start: this is Node.js ${version}, and Node.js ${minNodeMajor} is needed. \`npm start\` brings it along.`,
  );
  process.exitCode = 1;
} else {
  // Only here: an older Node.js fails while it imports, for want of node:sqlite.
  const { runService } = await import('./service-process.ts');
  await runService(process.env);
}
