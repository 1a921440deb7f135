extension EditRepository {
  /// Joins small packs into one when there are more than `gc.autoPackLimit` (50) of them; 0 turns it off.
  ///
  /// Each commit does this by itself. Nothing is deleted that was not copied, reachable or not.
  /// - Returns: how many packs vanished.
  @discardableResult
  func joinPacks() throws -> Int {
    let limit = try configuration().value("gc.autoPackLimit").flatMap { Int($0) } ?? 50
    return try PackConsolidation(
      database: database, directory: handle.objectsDirectory + "/pack"
    ).run(whenMoreThan: limit)
  }
}
