// Preloaded into a Node process (NODE_OPTIONS=--require=…): every connection it opens, datagram it sends and name it looks
// up is a line of JSON in the file that TRAILBENCH_CONNECTIONS names. Node's own modules are watched, so it knows nothing of
// the program. Worker threads and child processes of Node's are covered, too: they inherit NODE_OPTIONS.
'use strict';
const { appendFileSync } = require('node:fs');
const dgram = require('node:dgram');
const dns = require('node:dns');
const net = require('node:net');
const { threadId } = require('node:worker_threads');

const path = process.env.TRAILBENCH_CONNECTIONS;
if (path) {
  note(path, { type: 'start' });
  watchSockets(path);
  watchDatagrams(path);
  watchLookups(path);
}

function note(file, entry) {
  appendFileSync(file, `${JSON.stringify({ ...entry, processId: process.pid, threadId })}\n`);
}

// TLS, HTTP and fetch all connect by this method.
function watchSockets(file) {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...args) {
    // Called with what net.connect has sorted already, or as documented.
    const [first, second] = Array.isArray(args[0]) ? args[0] : args;
    const options =
      typeof first === 'object'
        ? first
        : typeof first === 'string' && !isPort(first)
          ? { path: first }
          : { port: first, host: typeof second === 'string' ? second : undefined };
    if (options.path) note(file, { type: 'local', path: String(options.path) });
    else note(file, { type: 'connect', host: options.host ?? 'localhost', port: Number(options.port) });
    return connect.apply(this, args);
  };
}

function isPort(text) {
  return /^\d+$/.test(text);
}

function watchDatagrams(file) {
  const { send, connect } = dgram.Socket.prototype;
  dgram.Socket.prototype.send = function (...args) {
    const rest = args.slice(1).filter((arg) => typeof arg === 'number' || typeof arg === 'string');
    note(file, { type: 'datagram', to: rest.map(String) });
    return send.apply(this, args);
  };
  dgram.Socket.prototype.connect = function (port, host, ...more) {
    note(file, { type: 'datagram', to: [String(port), typeof host === 'string' ? host : 'localhost'] });
    return connect.call(this, port, host, ...more);
  };
}

function watchLookups(file) {
  const places = [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype];
  for (const place of places) {
    for (const name of Object.getOwnPropertyNames(place)) {
      const original = place[name];
      if (!/^(lookup|resolve|reverse)/.test(name) || typeof original !== 'function') continue;
      place[name] = function (subject, ...args) {
        // An address needs no look-up; Node asks all the same.
        if (!net.isIP(String(subject))) note(file, { type: 'lookup', name: String(subject), by: name });
        return original.call(this, subject, ...args);
      };
    }
  }
}
