// Preloaded into programs of others (node -r guard.cjs): they listen on 127.0.0.1 and nowhere else, and reach nothing
// beyond this machine. What they tried is noted in the file GUARD_LOG, a line each: "listen PORT" or "refused WHERE".
'use strict';
const dgram = require('node:dgram');
const dns = require('node:dns');
const fs = require('node:fs');
const net = require('node:net');

const HERE = new Set(['127.0.0.1', '::1', 'localhost', '::ffff:127.0.0.1']);
const note = (line) => fs.appendFileSync(process.env.GUARD_LOG, `${line}\n`);
const refusal = (where) => {
  note(`refused ${where}`);
  return Object.assign(new Error(`guard: ${where} is not this machine`), { code: 'ECONNREFUSED' });
};

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...given) {
  const done = given.find((each) => typeof each === 'function');
  const first = given[0];
  const wanted = first !== null && typeof first === 'object' ? first : { port: first };
  if (wanted.path !== undefined || wanted.fd !== undefined || Number.isNaN(Number(wanted.port ?? 0))) {
    return listen.apply(this, given); // a pipe or a descriptor: no network
  }
  this.once('listening', () => note(`listen ${this.address().port}`));
  return listen.call(this, { port: Number(wanted.port ?? 0), host: '127.0.0.1' }, done);
};

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const normal = Array.isArray(given[0]) ? given[0] : net._normalizeArgs(given); // http passes them normalised
  const { host = 'localhost', path, port } = normal[0];
  if (path === undefined && !HERE.has(host)) {
    process.nextTick(() => this.destroy(refusal(`${host}:${port}`)));
    return this;
  }
  return connect.apply(this, given);
};

const refuseName = (owner, name) => {
  const asked = owner[name];
  owner[name] = (host, ...rest) => {
    if (HERE.has(host)) return asked.call(owner, host, ...rest);
    const done = rest.find((each) => typeof each === 'function');
    const error = refusal(`name ${host}`);
    if (!done) return Promise.reject(error);
    process.nextTick(done, error);
  };
};
for (const owner of [dns, dns.promises]) {
  for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveAny']) refuseName(owner, name);
}

for (const name of ['send', 'connect', 'bind']) {
  dgram.Socket.prototype[name] = function () {
    throw refusal(`datagram ${name}`);
  };
}
