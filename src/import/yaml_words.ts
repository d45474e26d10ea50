/** An address as a value of YAML, in which brackets make a list and a colon at the end makes a key. */
export function yamlAddress(text: string): string {
  return /^\[|:$/u.test(text) ? JSON.stringify(text) : text;
}
