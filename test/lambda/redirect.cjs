// Loaded before a function whose channel has a fixed address of https: its calls end at a stand-in on this machine.
const to = JSON.parse(process.env.TEST_REDIRECT ?? '{}');
const real = globalThis.fetch;
globalThis.fetch = (url, options) => {
  const { host, pathname } = new URL(url);
  return real(
    to[host] === undefined ? url : `${to[host]}${to[host].includes('/api') ? pathname.replace('/api', '') : ''}`,
    options,
  );
};
