/// The names closest to a mistyped one, at most three, closest first.
package func nearMisses(of text: String, among names: [String]) -> [String] {
  let wanted = Array(text.lowercased().utf8.prefix(64))
  // Two, so that swapped letters are found.
  let limit = wanted.count < 3 ? 1 : max(2, wanted.count / 3)
  let scored = names.compactMap { name -> (distance: Int, name: String)? in
    let distance = editDistance(wanted, Array(name.lowercased().utf8.prefix(64)))
    return distance <= limit ? (distance, name) : nil
  }
  return scored.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
}

/// The least number of insertions, deletions and replacements between two texts (Levenshtein).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let replaced = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
