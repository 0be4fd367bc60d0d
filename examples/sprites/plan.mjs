/** Edits as a model would propose them, one after the other. The second one is wrong. */
export const EDITS = [
  { why: "start with a greeting", code: 'greet() { echo "hello $1"; }\n' },
  { why: "be polite", code: 'greet() { echo "good day" }\n' },
  { why: "be polite, and close the brace", code: 'greet() { echo "hello dear $1"; }\n' },
];

export const CHECK = '. ./greet.sh && greet world | grep -q "hello.*world"';
