/// The one script of every page: the search field above a long table. Without it the page is complete.
enum PageScript {
  /// Neither `<` nor `&` stands in it: the page is well-formed XML as it is.
  static let text = """
    for (const field of document.querySelectorAll("input[data-table]")) {
      const rows = Array.from(document.getElementById(field.dataset.table).tBodies[0].rows);
      const count = document.getElementById(field.dataset.table + "-count");
      const texts = rows.map(row => row.textContent.toLowerCase());
      const filter = () => {
        const words = field.value.toLowerCase().split(/\\s+/).filter(word => word.length > 0);
        let shown = 0;
        rows.forEach((row, index) => {
          row.hidden = !words.every(word => texts[index].includes(word));
          if (!row.hidden) { shown += 1; }
        });
        count.textContent = shown + " of " + rows.length;
      };
      field.addEventListener("input", filter);
      filter();
    }

    """
}
