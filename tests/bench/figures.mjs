// The arithmetic of the comparison: medians, their spread, ratios, and how figures are written. It measures nothing.

const sorted = (values) => [...values].sort((one, other) => one - other)

/** The middle value; of an even number, the mean of the two in the middle. NaN of none. */
export function median(values) {
  const list = sorted(values)
  const half = list.length >> 1
  return list.length % 2 ? list[half] : (list[half - 1] + list[half]) / 2
}

/** The smallest and the largest. */
export const spread = (values) => [Math.min(...values), Math.max(...values)]

/**
 * How many times as much: the median of the ratios within each round. Both were measured in the same minute, so what
 * else the machine did meanwhile weighs on both.
 */
export function ratio(values, base) {
  const rounds = values.map((value, round) => value / base[round])
  return median(rounds.filter(Number.isFinite))
}

/** Round numbers from 0 up to at least `most`, five steps or fewer: 1, 2 or 5 of some power of ten apart. */
export function ticks(most) {
  const rough = 10 ** Math.floor(Math.log10(most / 5))
  const step = [1, 2, 5, 10].map((times) => times * rough).find((step) => most / step <= 5)
  const count = Math.ceil(most / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, at) => +(at * step).toPrecision(12))
}

const WRITTEN = {
  ms: (value) => `${Math.round(value)} ms`,
  KB: (value) => `${(value / 1e3).toFixed(1)} KB`,
  MB: (value) => `${(value / 1e6).toFixed(1)} MB`,
  shift: (value) => value.toFixed(3),
  '': (value) => `${Math.round(value)}`,
}

/** A figure with its unit; bytes are written in thousands or millions of them. */
export const written = (value, unit) => (Number.isFinite(value) ? WRITTEN[unit](value) : '–')

/** A ratio, in two places. */
export const times = (value) => (Number.isFinite(value) ? `${value.toFixed(2)} ×` : '–')
