package import Diagnostics

/// Text that is not the JSON it should be, with the place where that shows.
package struct JSONError: ExplainedError, Equatable {
  /// What is wrong there.
  package enum Problem: Sendable, Equatable {
    case unexpected(found: String, expected: String)
    case endOfText(expected: String)
    case invalidEscape
    case invalidUTF8
    case controlCharacterInString
    case numberOutOfRange(String)
    case tooDeep(limit: Int)
    case duplicateKey(String)
  }

  /// The file that it stands in.
  package let file: String
  /// Counted from 1.
  package let line: Int
  /// In bytes, counted from 1.
  package let column: Int
  /// What is wrong there.
  package let problem: Problem

  /// The parts of what the user is told.
  package var explanation: Explanation {
    let field = "line \(line), column \(column)"
    let remedy = "Correct it there; `python3 -m json.tool` checks the whole file."
    func invalid(_ summary: String, _ found: String? = nil, _ expected: String? = nil)
      -> Explanation
    {
      Explanation(
        summary, file: file, field: field, found: found, expected: expected, remedy: remedy)
    }
    return switch problem {
    case .unexpected(let found, let expected): invalid("not valid here", found, expected)
    case .endOfText(let expected): invalid("the text ends too early", nil, expected)
    case .invalidEscape: invalid("the string has an escape that JSON does not have")
    case .invalidUTF8: invalid("the string is not valid UTF-8")
    case .controlCharacterInString:
      invalid("the string contains a control character", nil, "an escape such as \\n")
    case .numberOutOfRange(let text): invalid("the number is out of range", text)
    case .tooDeep(let limit): invalid("nested too deeply", nil, "at most \(limit) levels")
    case .duplicateKey(let key): invalid("the key appears twice in one object", "'\(key)'")
    }
  }
}
