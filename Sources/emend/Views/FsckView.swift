internal import Diagnostics
internal import Store

/// What `fsck` says.
struct FsckView: View {
  struct Document: Encodable {
    struct Finding: Encodable {
      let severity: String
      let subject: String
      let summary: String
      let file: String?
      let field: String?
      let found: String?
      let expected: String?
      let remedy: String?
      let commits: [String]
    }
    let clean: Bool
    let commits: Int
    let edits: Int
    let verifiedBytes: Int
    let findings: [Finding]
  }

  let document: Document
  private let findings: [CheckFinding]

  init(_ report: CheckReport) {
    findings = report.findings
    document = Document(
      clean: report.isSound, commits: report.commits, edits: report.edits,
      verifiedBytes: report.verifiedBytes,
      findings: report.findings.map { finding in
        let explanation = finding.explanation
        return .init(
          severity: finding.severity.rawValue, subject: finding.subject.name,
          summary: explanation.summary, file: explanation.file, field: explanation.field,
          found: explanation.found, expected: explanation.expected,
          remedy: Self.remedy(explanation), commits: finding.commits.map(\.hexadecimal))
      })
  }

  /// What to do about it, but for what has just been done.
  private static func remedy(_ explanation: Explanation) -> String? {
    explanation.remedy.flatMap { $0.contains("emend fsck") ? nil : $0 }
  }

  func write(to page: Page) {
    for finding in findings {
      let role: TextRole = finding.severity == .damage ? .bad : .warning
      page.line(
        "\(finding.severity.rawValue, role): \(finding.subject.name): "
          + "\(finding.explanation.summary)")
      ErrorPresentation.details(of: finding.explanation).forEach { page.line($0) }
      if let remedy = Self.remedy(finding.explanation) {
        page.line("  \("hint:", .warning) \(remedy)")
      }
      if !finding.commits.isEmpty {
        let named = finding.commits.prefix(5).map { Figures.shortID($0) }.joined(separator: " ")
        let more = finding.commits.count > 5 ? " and \(finding.commits.count - 5) more" : ""
        page.line("  needed by: \(named)\(more)")
      }
    }
    page.line(
      "\(document.clean ? "sound" : "DAMAGED", document.clean ? .good : .bad): "
        + "\(Figures.count(document.commits, "commit")), \(Figures.count(document.edits, "edit")), "
        + "\(Figures.bytes(document.verifiedBytes)) verified")
  }
}
