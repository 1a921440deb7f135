internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend show`
struct Show: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a commit, a tag, an edit, a file, an operation or the base",
    discussion: """
      Of a commit: what it says, what it changed, what was measured. An edit is named by the first \
      digits of its id, active or not; a file as in Git; an operation by its id in 'emend op log'.

      EXAMPLES:
        emend show HEAD~1
        emend show 4f2a91c0d3
        emend show HEAD:edits
        emend show base
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "What to show.", completion: NameCompletion.revisions.kind)
  var object = "HEAD"

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let view = ObjectView(try DescribeObject(in: repository).run(object))
    try console.page(view, "show", in: repository)
  }
}
