internal import ArgumentParser

/// One of a merge's parents, counted from 1.
struct ParentNumber: ExpressibleByArgument {
  let number: Int

  init?(argument: String) {
    guard let number = Int(argument), number >= 1 else { return nil }
    self.number = number
  }
}
