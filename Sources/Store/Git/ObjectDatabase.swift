internal import CGit2

/// Reads objects. Each read says which kind it wants and how large it may be, and both are checked
/// against the object's header before memory is taken.
///
/// libgit2 verifies that what it read has the SHA-1 that was asked for.
final class ObjectDatabase {
  private var raw: OpaquePointer
  private let repository: GitRepositoryHandle
  /// Where objects are looked for as well.
  private let quarantine: Quarantine?

  init(
    of repository: GitRepositoryHandle, besides quarantine: Quarantine? = nil
  ) throws(GitFailure) {
    self.repository = repository
    self.quarantine = quarantine
    var opened: OpaquePointer?
    try GitFailure.check(
      git_repository_odb(&opened, repository.raw), "open the object database",
      repository.directory)
    guard let opened else {
      throw .nothingReturned("open the object database", repository.directory)
    }
    raw = opened
    try addQuarantine(to: opened)
  }

  private func addQuarantine(to database: OpaquePointer) throws(GitFailure) {
    guard let quarantine else { return }
    try GitFailure.check(
      git_odb_add_disk_alternate(database, quarantine.directory), "open what was pushed",
      quarantine.directory)
  }

  deinit { git_odb_free(raw) }

  /// The directory of its packs and loose objects.
  var directory: String { repository.objectsDirectory }

  /// The kind and size of an object.
  func header(of id: ObjectID) throws(ObjectError) -> (kind: ObjectKind, byteCount: Int) {
    var oid = id.raw
    var byteCount = 0
    var type = GIT_OBJECT_INVALID
    let code = git_odb_read_header(&byteCount, &type, raw, &oid)
    guard code == 0 else {
      throw ObjectError(GitFailure(code, "read the object", id.hexadecimal), id)
    }
    guard let kind = ObjectKind(type) else { throw .damaged(id, "its kind is unknown") }
    return (kind, byteCount)
  }

  /// The bytes of an object.
  /// - Throws: when it is missing, damaged, of another kind, or longer than `limit` bytes.
  func read(_ id: ObjectID, as kind: ObjectKind, limit: Int) throws(ObjectError) -> [UInt8] {
    let header = try header(of: id)
    guard header.kind == kind else { throw .wrongKind(id, found: header.kind, expected: kind) }
    guard header.byteCount <= limit else {
      throw .tooLarge(id, bytes: header.byteCount, limit: limit)
    }
    var oid = id.raw
    var object: OpaquePointer?
    try attempt(id) { git_odb_read(&object, $0, &oid) }
    guard let object else { throw .damaged(id, "nothing was read") }
    defer { git_odb_object_free(object) }
    // The header of a packed delta is a claim of its own: the object is what counts.
    let count = git_odb_object_size(object)
    guard count <= limit else { throw .tooLarge(id, bytes: count, limit: limit) }
    guard git_odb_object_type(object).rawValue == Int32(kind.packNumber) else {
      throw .damaged(id, "its header and its content have different kinds")
    }
    return Array(UnsafeRawBufferPointer(start: git_odb_object_data(object), count: count))
  }

  /// Reads once more after a failure, from a database that is opened anew.
  ///
  /// When another process joins packs, libgit2 goes on looking into those that are gone.
  private func attempt(
    _ id: ObjectID, _ call: (OpaquePointer) -> Int32
  ) throws(ObjectError) {
    var code = call(raw)
    if code < 0, code != GIT_ENOTFOUND.rawValue, (try? reopen()) != nil { code = call(raw) }
    guard code >= 0 else {
      throw ObjectError(GitFailure(code, "read the object", id.hexadecimal), id)
    }
  }

  /// Forgets which packs there were, and looks again.
  func reopen() throws(GitFailure) {
    var fresh: OpaquePointer?
    let action = "open the object database again"
    try GitFailure.check(
      git_odb_open(&fresh, repository.objectsDirectory), action, repository.directory)
    guard let fresh else { throw .nothingReturned(action, repository.directory) }
    do {
      try addQuarantine(to: fresh)
    } catch {
      git_odb_free(fresh)
      throw error
    }
    // What libgit2 does by itself (revisions, walks, notes) uses the same database.
    let code = git_repository_set_odb(repository.raw, fresh)
    guard code == 0 else {
      git_odb_free(fresh)
      throw GitFailure(code, action, repository.directory)
    }
    git_odb_free(raw)
    raw = fresh
  }

  /// Whether an object is there. Its content is not looked at.
  func contains(_ id: ObjectID) -> Bool {
    var oid = id.raw
    return git_odb_exists(raw, &oid) == 1
  }

  /// Objects whose id begins with some digits, at most `limit` of them, in order.
  ///
  /// Goes through the whole database: for the text of an error, not for looking up.
  func identifiers(startingWith prefix: String, limit: Int) -> [ObjectID] {
    final class Search {
      let prefix: String
      let limit: Int
      var found: Set<ObjectID> = []
      init(_ prefix: String, _ limit: Int) {
        self.prefix = prefix
        self.limit = limit
      }
    }
    let search = Search(prefix.lowercased(), limit)
    git_odb_foreach(
      raw,
      { oid, payload in
        guard let oid, let payload else { return 0 }
        let search = Unmanaged<Search>.fromOpaque(payload).takeUnretainedValue()
        let id = ObjectID(oid.pointee)
        if id.hexadecimal.hasPrefix(search.prefix) { search.found.insert(id) }
        return search.found.count >= search.limit ? 1 : 0
      }, Unmanaged.passUnretained(search).toOpaque())
    return search.found.sorted()
  }

  /// Takes note of packs that appeared since the database was opened.
  func refresh() throws(GitFailure) {
    try GitFailure.check(git_odb_refresh(raw), "refresh the object database", repository.directory)
  }

  /// A stream that takes the bytes of a pack. See ``PackWriter``.
  func packStream() throws -> PackStream { try PackStream(into: repository) }
}
