import LinearAlgebra

/// The cosine of the angle between two vectors.
func cosine(_ a: some Collection<Double>, _ b: some Collection<Double>) -> Double {
  let dot = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  return dot / (a.reduce(0) { $0 + $1 * $1 } * b.reduce(0) { $0 + $1 * $1 }).squareRoot()
}

/// ‖a − b‖ / ‖b‖.
func relativeDistance(_ a: some Collection<Double>, _ b: some Collection<Double>) -> Double {
  let gap = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  return (gap / b.reduce(0) { $0 + $1 * $1 }).squareRoot()
}

/// The largest difference, relative to the largest expected magnitude.
func largestDifference(_ found: Matrix<Double>, _ expected: Matrix<Double>) -> Double {
  let scale = expected.storage.reduce(0) { max($0, abs($1)) }
  return zip(found.storage, expected.storage).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}
