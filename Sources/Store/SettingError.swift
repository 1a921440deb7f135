package import Diagnostics

/// What is wrong with a setting.
package enum SettingError: ExplainedError, Equatable {
  case unknown(String, similar: [String])
  case badValue(String, found: String, expected: String)
  case localOnly(String)
  /// - origin: where it stands all the same; `nil` while somebody sets it.
  case sharedOnly(String, origin: String?)
  case notSet(String)
  case otherOrigin(String, origin: String)
  case fileGone(String, path: String)

  /// Whether the command line is what has to be mended; not being set is an answer.
  package var isMisuse: Bool {
    if case .notSet = self { return false }
    return true
  }

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .unknown(let name, let similar):
      Explanation(
        "emend has no such setting", field: name,
        remedy: similar.isEmpty
          ? "`emend config list --all` names them all; those of Git are `git config`'s."
          : "Did you mean \(similar.joined(separator: ", "))?")
    case .badValue(let name, let found, let expected):
      Explanation(
        "the setting cannot have this value", field: "emend.\(name)", found: found,
        expected: expected)
    case .localOnly(let name):
      Explanation(
        "the setting is about one machine, so it cannot be shared", field: "emend.\(name)",
        remedy: "Leave out --shared.")
    case .sharedOnly(let name, let origin):
      Explanation(
        "the setting is a rule for everybody, so it cannot be set for one machine",
        field: "emend.\(name)", found: origin,
        remedy: origin.map { Self.takeAway(name, from: $0) + ", and set it with --shared." }
          ?? "Set it with --shared, and push.")
    case .notSet(let name):
      Explanation("the setting has no value", field: "emend.\(name)")
    case .fileGone(let name, let path):
      Explanation(
        "the file that a setting names is not there", file: path, field: "emend.\(name)",
        remedy: "If it moved: `emend config set \(name) FILE`; else `emend config unset \(name)`.")
    case .otherOrigin(let name, let origin):
      Explanation(
        "the setting stands elsewhere", field: "emend.\(name)", found: origin,
        remedy: origin == "shared"
          ? "Take it away with --shared."
          : Self.takeAway(name, from: origin) + "."
      )
    }
  }

  private static func takeAway(_ name: String, from origin: String) -> String {
    switch origin {
    case "local": "Take it away: `emend config unset \(name)`"
    case "global", "system": "Take it away there: `git config --\(origin) --unset emend.\(name)`"
    default: "Take it out of the variables GIT_CONFIG_…"
    }
  }
}
