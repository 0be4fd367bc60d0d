/** What `git log` would tell of the project since its last release. */
const CHANGES = [
  { id: "4f1c2aa", title: "feat(cart): keep the cart between devices", body: "Signed-in customers only." },
  { id: "91d07be", title: "fix(search): find words with umlauts", body: "Both spellings match now." },
  { id: "c0ffee1", title: "perf(images): serve AVIF", body: "A third of the bytes on the front page." },
];

export function readChanges() {
  return CHANGES.map(({ id, title }) => ({ id, title }));
}

export function readChange(id) {
  return CHANGES.find((change) => change.id === id) ?? { error: `no change ${id}` };
}
