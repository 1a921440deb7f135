package import Store

/// Gives a setting a value that every command will understand: `emend config set`.
package struct SetSetting {
  private let repository: EditRepository

  /// Sets in a repository.
  package init(in repository: EditRepository) { self.repository = repository }

  /// Sets it; a rule for edits is read first, so that nobody meets one that cannot be kept.
  ///
  /// - Throws: ``RequirementError`` for a rule that cannot be understood, what the store throws.
  package func run(
    _ setting: Setting, to value: String, _ place: SettingPlace
  ) throws {
    if setting.name == EditGate.setting { try EditGate.checkRule(value) }
    try repository.set(setting, to: value, place)
  }
}
