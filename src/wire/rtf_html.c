/*
** The HTML that is encapsulated in RTF ([MS-OXRTFEX] 2.2.3.2): what stands
** in \htmltag groups, and the text between them that is not marked as being
** for RTF readers alone.
*/
#include <stdlib.h>
#include <string.h>

#include "wire/rtf.h"

/* [MS-OXRTFEX] 2.1.3.1.4.2: what control words stand for in HTML */
static const struct {
  const char *word, *html;
} words[] = {{"bullet", "&bull;"},    {"emdash", "&mdash;"},
             {"endash", "&ndash;"},   {"ldblquote", "&ldquo;"},
             {"line", "\r\n"},        {"lquote", "&lsquo;"},
             {"par", "\r\n"},         {"rdblquote", "&rdquo;"},
             {"rquote", "&rsquo;"},   {"tab", "\t"}};

/* 2.2.3.2: rewritten links, and the bullets of lists, which the HTML has */
static bool is_for_rtf(const char *word) {
  return strcmp(word, "mhtmltag") == 0 || strcmp(word, "pntext") == 0 ||
         strcmp(word, "listtext") == 0;
}

static bool html_word(struct sat_rtf_reader *r,
                      const struct sat_rtf_token *t) {
  if (strcmp(t->word, "htmltag") == 0) {
    r->group.tag = true;
    return true;
  }
  if (is_for_rtf(t->word)) {
    r->group.ignored = true;
    return true;
  }
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(words[i].word, t->word) != 0) continue;
    sat_rtf_put(r, words[i].html);
    return true;
  }
  return false;
}

static void html_symbol(struct sat_rtf_reader *r, unsigned char c) {
  switch (c) {
    case '~': sat_rtf_put(r, "&nbsp;"); break;
    case '_': sat_rtf_put(r, "&shy;"); break;
    case '\t': sat_rtf_put(r, "\t"); break;
    case '\r':
    case '\n': sat_rtf_put(r, "\r\n"); break; /* as \par */
    default: break;
  }
}

/* Within a tag everything is HTML; \htmlrtf is for RTF readers alone. */
static bool html_shows(const struct sat_rtf_group *g) {
  return !g->rtf_only;
}

int sat_rtf_to_html(struct sat_buf *out, const void *p, size_t n,
                    struct sat_error *err) {
  struct sat_rtf_reader *r;
  size_t before = out->n;
  int result;
  if (!sat_rtf_begins(p, n))
    return sat_error_set(err, SAT_E_PROTOCOL, "this is no RTF");
  r = calloc(1, sizeof *r);
  if (r == NULL) return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  r->out = out;
  r->word = html_word;
  r->symbol = html_symbol;
  r->shows = html_shows;
  sat_rtf_read(r, p, n);
  result = r->from_html ? 1 : 0;
  free(r);
  if (out->failed)
    return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  if (result == 0) out->n = before;
  return result;
}
