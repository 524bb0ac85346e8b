//! What every page has around it.

use std::fmt::Write as _;

use crate::html::Text;

/// A page around its main part. `version` is what the script compares with the newest one.
pub(super) fn layout(title: &str, version: &str, main: &str) -> String {
    let mut page = String::with_capacity(main.len() + 1_500);
    let title = Text(title);
    let _ = write!(
        page,
        "<!doctype html>\n\
         <html lang=\"en\" data-version=\"{version}\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n\
         <link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">\n\
         <link rel=\"stylesheet\" href=\"/style.css\">\n\
         <script src=\"/script.js\" defer></script>\n\
         </head>\n\
         <body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the content</a>\n\
         {main}\
         <footer class=\"foot\">\
         <p>Read-only. The same numbers as data: \
         <a href=\"/api/v1/standings\">standings</a>, \
         <a href=\"/api/v1/state\">state</a>, \
         <a href=\"/api/v1/openapi.json\">OpenAPI</a>.</p>\
         <p id=\"live\" role=\"status\"></p>\
         </footer>\n\
         </body>\n\
         </html>\n"
    );
    page
}

/// The page of a board that has nothing to show yet.
pub(crate) fn waiting() -> String {
    layout(
        "Waiting for the first round",
        "",
        "<main id=\"main\" class=\"empty\"><h1>No round yet</h1>\
         <p>The validator has not finished a round since it was started. \
         This page shows the standings as soon as it has.</p></main>\n",
    )
}

/// The page of an address where there is nothing.
pub(crate) fn missing(what: &str) -> String {
    let what = Text(what);
    let main = format!(
        "<main id=\"main\" class=\"empty\"><h1>Not here</h1><p>{what}</p>\
         <p><a href=\"/\">All miners</a></p></main>\n"
    );
    layout("Not here", "", &main)
}
