/// A setting as it holds here.
package struct SettingValue: Sendable, Equatable {
  /// Its name, without `emend.`.
  package let name: String
  /// Its value.
  package let value: String
  /// Where it stands: `local`, `global`, `system`, `environment` or `shared`.
  package let origin: String
}

extension EditRepository {
  /// A setting, from wherever it holds: what this machine says counts more than what is shared, except for a rule, which
  /// is shared or not there.
  /// - Throws: ``SettingError/sharedOnly(_:origin:)`` for a rule that plain Git has set for one machine: it would bind nobody.
  package func setting(_ name: String) throws -> String? {
    if let setting = Setting.all.first(where: { $0.name == name }) {
      if setting.reach == .sharedRule, let entry = try entries(of: setting).last {
        throw SettingError.sharedOnly(name, origin: entry.origin)
      }
      return try value(of: setting)?.value
    }
    return try configuration().value("emend.\(name)")
  }

  /// A setting that is a number of bytes.
  /// - Throws: ``SettingError/badValue(_:found:expected:)`` for what is none: plain Git writes anything.
  func byteSetting(_ name: String) throws -> Int? {
    guard let text = try setting(name) else { return nil }
    try Setting.named(name).check(text)
    return GitInteger.parse(text)
  }

  /// The value of a setting and where it stands; `nil` where it has none.
  package func value(of setting: Setting) throws -> SettingValue? {
    if setting.reach != .sharedRule, let entry = try entries(of: setting).last {
      return SettingValue(name: setting.name, value: entry.value, origin: entry.origin)
    }
    guard setting.reach != .local, let value = try sharedSetting(setting.name) else { return nil }
    return SettingValue(name: setting.name, value: value, origin: "shared")
  }

  /// What Git's configuration has of a setting, the entry that counts last.
  private func entries(of setting: Setting) throws -> [GitConfiguration.Entry] {
    let name = "emend.\(setting.name)"
    return try configuration().entries(startingWith: name).filter { $0.name == name }
  }

  /// All settings that have a value here, by name.
  package func settingValues() throws -> [SettingValue] {
    try Setting.all.compactMap { try value(of: $0) }
  }

  /// Gives a setting a value.
  ///
  /// - Parameter shared: for everybody, once it is pushed.
  /// - Throws: ``SettingError``.
  package func set(_ setting: Setting, to value: String, _ place: SettingPlace) throws {
    try setting.check(value)
    switch (place, setting.reach) {
    case (.shared, .local): throw SettingError.localOnly(setting.name)
    case (.local, .sharedRule): throw SettingError.sharedOnly(setting.name, origin: nil)
    case (.shared, _):
      try changeSharedSettings("set \(setting.name)") { $0.values[setting.name] = value }
    case (.local, _):
      try asWriter { try configuration().setLocal("emend.\(setting.name)", to: value) }
    }
  }

  /// Takes a setting's value away.
  /// - Throws: ``SettingError/notSet(_:)``, ``SettingError/otherOrigin(_:origin:)``.
  package func unset(_ setting: Setting, _ place: SettingPlace) throws {
    switch place {
    case .shared:
      guard try sharedSetting(setting.name) != nil else { throw SettingError.notSet(setting.name) }
      try changeSharedSettings("unset \(setting.name)") { $0.values[setting.name] = nil }
    case .local:
      guard try entries(of: setting).contains(where: { $0.origin == "local" }) else {
        guard let value = try value(of: setting) else { throw SettingError.notSet(setting.name) }
        throw SettingError.otherOrigin(setting.name, origin: value.origin)
      }
      try asWriter { try configuration().removeLocal("emend.\(setting.name)") }
    }
  }
}

/// Where a setting is to stand.
package enum SettingPlace: Sendable {
  /// In this repository's own configuration.
  case local
  /// With the repository, for everybody.
  case shared
}
