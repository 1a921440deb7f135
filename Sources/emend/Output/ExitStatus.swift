internal import ArgumentParser
internal import Delta
internal import Diagnostics
internal import Editing
internal import Files
internal import Store
internal import Workflows

/// What the process leaves for the shell. A command throws one when it has shown all there is to say.
package enum ExitStatus: Int32, Error, CaseIterable {
  /// Done.
  case success = 0
  /// There are differences, a check failed, or the state of things does not allow it.
  case refused = 1
  /// The command line or a file that it names cannot be used.
  case misuse = 2
  /// Nobody reads the output any more: what a shell shows for SIGPIPE.
  case readerLeft = 141

  /// The status that tells about an error.
  package init(after error: any Error) {
    self =
      switch error {
      case let status as ExitStatus: status
      case is ReaderLeft: .readerLeft
      case let refusal as any ExplainedError: isMisuse(refusal) ? .misuse : .refused
      case is ValidationError: .misuse
      default: .refused
      }
  }
}

/// Whether the user can mend it on the command line or in a file that it names. A full disk, a lock that
/// somebody else holds, a damaged object and a state that does not allow it are nobody's misuse.
private func isMisuse(_ error: any ExplainedError) -> Bool {
  switch error {
  case FileFailure.tooLarge: true
  case let failure as FileFailure: failure.leadsNowhere
  case let failure as GitFailure:
    switch failure.kind {
    case .notFound, .ambiguous, .invalidName: true
    case .exists, .modified, .locked, .ownerDiffers, .other: false
    }
  case let refusal as StoreError:
    switch refusal {
    case .locked, .headMoved, .headSwitched, .raced, .referenceLocked, .nothingToRecord,
      .alreadyExists,
      .editActive, .editNotActive, .damagedTree, .noteNotText, .damagedEdit, .noDelta, .nameTaken,
      .currentBranch,
      .notMerged, .notOnBranch, .noPreviousBranch, .goodAfterBad, .damagedBisection, .nothingToUndo,
      .cannotUndo, .basesDiffer, .filesDiffer, .unresolved, .unbornHead,
      .damagedReference, .incomplete, .shallow, .inWorkingTree, .inQuarantine:
      false
    case .notFound, .notARepository, .notEmend, .noCommits, .hasWorkingTree, .emptyMessage,
      .noSuchParent, .mergeNeedsMainline, .unknownEdit, .ambiguousEdit, .otherBase,
      .tensorNotInBase, .tensorShape, .tensorNotEditable, .emptyPayload, .badName, .noSuchBranch,
      .commitNotBranch, .noSuchTag:
      true
    }
  case let refusal as RemoteError: refusal.isMisuse
  case let refusal as SettingError: refusal.isMisuse
  case is HousekeepingFailure: false
  case let refusal as WorkflowError:
    switch refusal {
    case .mergeConflicts, .nothingActive, .noActiveFacts, .damagedTargets, .baseChanged,
      .factNeverSet,
      .indexUnusable, .momentsDamaged, .foreignTensor, .importedEdit, .overflow:
      false
    case .baseUnknown, .baseMissing, .wrongBase, .wrongCompanion, .noMoments, .usesNoMoments,
      .momentsDoNotFit, .momentsNotFinite, .narrowOverflow, .noSuchFacts, .noCommits,
      .unknownMethod, .ruleNotOfMethod, .noShares,
      .outputWithin,
      .idleOption:
      true
    }
  case ResolutionError.unresolved: false
  case BisectionError.commandFailed, BisectionError.notStarted, BisectionError.nothingToLookAt:
    false
  case AdapterExportError.nothingToExport, AdapterExportError.notReadBack: false
  case RequirementError.notMet: false
  case SigningError.noProgram, SigningError.failed, SigningError.noTemporaryFiles: false
  case EditingError.changesNothing, ImportError.changesNothing, EditingError.lossNotFinite,
    MENDError.diverged:
    false
  case DeltaError.precisionOutOfReach: true
  case is ObjectError, is FormatError, is DeltaError: false
  default: true
  }
}
