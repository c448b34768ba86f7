// A stock SignalR client, told what to do by its arguments and by lines on its input, telling what it got by lines of JSON.
import { createInterface } from 'node:readline';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const [url, transport, token] = process.argv.slice(2);
const tell = (event, rest = {}) => console.log(JSON.stringify({ event, at: Date.now(), ...rest }));

const connection = new HubConnectionBuilder()
  .withUrl(url, { transport: HttpTransportType[transport], ...(token && { accessTokenFactory: () => token }) })
  .configureLogging(LogLevel.None).build();
connection.on('quotes', (quotes) => tell('quotes', { quotes }));
connection.onclose((e) => tell('closed', { error: e?.message }));

async function start() {
  try {
    await connection.start();
    tell('connected'); // the first quotes may have come before
  } catch (e) {
    tell('refused', { error: e.message });
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'start') await start();
  else if (line === 'stop') await connection.stop();
}
