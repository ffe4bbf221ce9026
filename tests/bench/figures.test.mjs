import assert from 'node:assert/strict'
import { test } from 'node:test'
import { median, ratio, spread, ticks, times, written } from './figures.mjs'

test('the median is the middle one, and between the two in the middle of an even number', () => {
  assert.equal(median([9, 100, 1]), 9)
  assert.equal(median([4, 1, 2, 100]), 3)
})

test('the median does not reorder what it was given', () => {
  const rounds = [3, 1, 2]
  median(rounds)
  assert.deepEqual(rounds, [3, 1, 2])
})

test('the spread is the least and the most', () => assert.deepEqual(spread([5, 2, 9]), [2, 9]))

test('a ratio is taken within each round, so that one slow minute does not count', () => {
  assert.equal(ratio([10, 100, 12], [20, 200, 24]), 0.5)
  assert.equal(ratio([10, 100, 12], [20, 200, 10]), 0.5)
})

test('a round in which the other was nothing is left out', () => assert.equal(ratio([1, 3], [0, 2]), 1.5))

test('the scale begins at 0, reaches the most and has five steps at most', () => {
  for (const most of [0.9, 1, 3.2, 7, 48, 2878, 31000]) {
    const scale = ticks(most)
    assert.equal(scale[0], 0)
    assert.ok(scale.at(-1) >= most && scale.length <= 6, `${most}: ${scale}`)
  }
  assert.deepEqual(ticks(1), [0, 0.2, 0.4, 0.6, 0.8, 1])
  assert.deepEqual(ticks(2878), [0, 1000, 2000, 3000])
})

test('figures are written with their units, and what is not known with a dash', () => {
  assert.equal(written(67518, 'KB'), '67.5 KB')
  assert.equal(written(2_640_000, 'MB'), '2.6 MB')
  assert.equal(written(499.6, 'ms'), '500 ms')
  assert.equal(written(NaN, 'ms'), '–')
  assert.equal(times(0.478), '0.48 ×')
  assert.equal(times(1 / 0), '–')
})
