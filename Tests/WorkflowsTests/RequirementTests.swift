import Testing
import Workflows

@Suite("Requirements")
struct RequirementTests {
  @Test("conditions are read as they are written")
  func reading() throws {
    let requirement = try Requirement(
      " efficacy >= 0.95,specificity_drop<=2%, probability_gain > -1e-1,facts<1000", source: "test")
    #expect(
      requirement.conditions.map(\.quantity.name) == [
        "efficacy", "specificity_drop", "probability_gain", "facts",
      ])
    #expect(requirement.conditions.map(\.relation) == [.atLeast, .atMost, .above, .below])
    #expect(requirement.conditions.map(\.bound) == [0.95, 0.02, -0.1, 1000])
  }

  @Test(
    "what is no condition, and what nobody measures, is refused",
    arguments: ["", ",", "efficacy", ">=1", "efficacy>==1", "efficacy>=1%%", "efficacy>=nan"])
  func refused(text: String) {
    #expect(throws: RequirementError.self) { try Requirement(text, source: "test") }
  }

  @Test("a name that is close to others is answered with them")
  func similar() {
    #expect(
      throws: RequirementError.unknownQuantity(
        "paraphrase_dorp", similar: ["paraphrase_drop", "paraphrase_before", "paraphrase_gain"],
        source: "test")
    ) { try Requirement("paraphrase_dorp<=0", source: "test") }
  }
}
