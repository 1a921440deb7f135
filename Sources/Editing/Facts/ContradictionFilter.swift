/// Makes a set of facts admissible by leaving facts out: MEMIT's Equation 5 (Meng et al., "Mass-editing
/// memory in a transformer", ICLR 2023) allows no two with the same subject, the same relation and
/// different objects.
///
/// The authors published the filtered data only. Here the first fact of a contradiction stays. Facts have
/// the same relation if their data set says so, or if their prompts are the same.
package struct ContradictionFilter: Sendable, Equatable {
  /// Why a fact was left out. Facts count from 0.
  package struct LeftOut: Sendable, Equatable {
    /// What two facts have in common besides the subject.
    package enum Reason: Sendable, Equatable {
      case sameRelation
      case samePrompt
    }

    /// The fact that was left out.
    package let index: Int
    /// The earlier fact that it contradicts.
    package let contradicts: Int
    /// What both are about.
    package let reason: Reason
  }

  /// The facts that stay, in order.
  package let kept: [Int]
  /// The facts that do not.
  package let leftOut: [LeftOut]

  /// Goes through facts in order.
  package init(_ facts: [Fact]) {
    struct Answer {
      let object: String
      let index: Int
    }
    var kept: [Int] = []
    var leftOut: [LeftOut] = []
    var byRelation: [FactRelation: Answer] = [:]
    var byPrompt: [FactQuestion: Answer] = [:]
    for (i, fact) in facts.enumerated() {
      let answer = Answer(object: fact.targetNew.collapsed, index: i)
      let question = FactQuestion(fact)
      let relation = FactRelation(fact)
      if let relation, let earlier = byRelation[relation], earlier.object != answer.object {
        leftOut.append(LeftOut(index: i, contradicts: earlier.index, reason: .sameRelation))
      } else if let earlier = byPrompt[question], earlier.object != answer.object {
        leftOut.append(LeftOut(index: i, contradicts: earlier.index, reason: .samePrompt))
      } else {
        kept.append(i)
        // The first one stays the one that others are compared with.
        if let relation, byRelation[relation] == nil { byRelation[relation] = answer }
        if byPrompt[question] == nil { byPrompt[question] = answer }
      }
    }
    self.kept = kept
    self.leftOut = leftOut
  }
}
