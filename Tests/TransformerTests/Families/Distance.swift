import LinearAlgebra
import Transformer

/// The largest |found − expected|.
func largestDifference(_ found: some Sequence<Float>, _ expected: some Sequence<Double>) -> Double {
  zip(found, expected).reduce(0) { worst, pair in
    let difference = abs(Double(pair.0) - pair.1)
    // A NaN compares as smaller than anything, and must not pass.
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}

/// The largest magnitude, at least 1: what absolute tolerances are scaled with.
func scale(_ values: some Sequence<Double>) -> Double { values.reduce(1) { max($0, abs($1)) } }
