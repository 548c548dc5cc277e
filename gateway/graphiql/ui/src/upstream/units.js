// Numbers for people, in three digits or so. Pure.

const KILOBYTE = 1000;

export function milliseconds(value) {
  if (value >= 1000) return `${(value / 1000).toPrecision(3)} s`;
  return value >= 10 ? `${Math.round(value)} ms` : `${value.toFixed(1)} ms`;
}

export function bytes(value) {
  if (value < KILOBYTE) return `${value} B`;
  if (value < KILOBYTE ** 2) return `${(value / KILOBYTE).toPrecision(3)} kB`;
  return `${(value / KILOBYTE ** 2).toPrecision(3)} MB`;
}

export function age(seconds) {
  if (seconds < 1) return 'just now';
  if (seconds < 120) return `${Math.round(seconds)} s old`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min old` : `${Math.round(seconds / 3600)} h old`;
}

export function counted(number, word) {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
