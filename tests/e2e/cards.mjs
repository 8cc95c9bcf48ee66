// Reads Adaptive Cards with Microsoft's own library, and says what is wrong with them.
//
//   node cards.mjs FOLDER        what `pytest --record-payloads FOLDER` wrote: see tests/payloads/README.md
//
// Prints a line a fault, "FILE: what", and then how many cards it read. Exit status 0: no fault; 1: faults, or no card.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const { AdaptiveCard, HostConfig, SerializationContext, Versions } = require('adaptivecards/dist/adaptivecards.js');

const LATEST = Versions.v1_5; // what Teams takes
const TEAMS = new HostConfig({ actions: { maxActions: 6 } }); // Teams shows six; further ones go into its menu

function cardsOf({ platform, payload }) {
  if (platform !== 'teams') return [];
  const dialog = payload.task?.value?.card;
  const attached = dialog ? [dialog] : (payload.attachments ?? []);
  return attached.filter((each) => each.contentType === 'application/vnd.microsoft.card.adaptive').map((each) => each.content);
}

function faultsOf(given) {
  const card = new AdaptiveCard();
  card.hostConfig = TEAMS;
  const context = new SerializationContext(LATEST);
  card.parse(given, context);
  const faults = [];
  for (let at = 0; at < context.eventCount; at += 1) faults.push(context.getEventAt(at).message);
  faults.push(...card.validateProperties().validationEvents.map((each) => each.message));
  if (LATEST.compareTo(card.version) < 0) faults.push(`version ${card.version} is later than ${LATEST}`);
  if (!given.fallbackText) faults.push('no fallbackText');
  const inputs = card.getAllInputs();
  for (const each of inputs) {
    const name = `${each.getJsonTypeName()} "${each.id}"`;
    if (!each.id) faults.push(`${name} has no id`);
    if (!each.label) faults.push(`${name} has no label`);
    if (each.isRequired && !each.errorMessage) faults.push(`${name} is required and has no errorMessage`);
  }
  if (new Set(inputs.map((each) => each.id)).size < inputs.length) faults.push('two inputs have one id');
  for (const each of card.getAllActions()) {
    if (!each.title) faults.push(`${each.getJsonTypeName()} has no title`);
  }
  return faults;
}

let read = 0;
let wrong = 0;
const [folder] = process.argv.slice(2);
for (const name of fs.readdirSync(folder, { recursive: true }).filter((each) => each.endsWith('.json'))) {
  for (const card of cardsOf(JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')))) {
    read += 1;
    for (const fault of faultsOf(card)) {
      wrong += 1;
      console.log(`${name}: ${fault}`);
    }
  }
}
console.log(`${read} cards, ${wrong} faults`);
process.exit(wrong || !read ? 1 : 0);
