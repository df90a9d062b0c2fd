/*
** Plain text from RTF, and RTF from plain text.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/rtf.h"

/* what control words stand for in plain text */
static const struct {
  const char *word, *text;
} words[] = {{"bullet", "\u2022"},    {"cell", "\t"},
             {"emdash", "\u2014"},    {"emspace", "\u2003"},
             {"endash", "\u2013"},    {"enspace", "\u2002"},
             {"ldblquote", "\u201c"}, {"line", "\r\n"},
             {"lquote", "\u2018"},    {"ltrmark", "\u200e"},
             {"nestcell", "\t"},      {"nestrow", "\r\n"},
             {"page", "\r\n"},        {"par", "\r\n"},
             {"qmspace", "\u2005"},   {"rdblquote", "\u201d"},
             {"row", "\r\n"},         {"rquote", "\u2019"},
             {"rtlmark", "\u200f"},   {"sect", "\r\n"},
             {"tab", "\t"},           {"zwj", "\u200d"},
             {"zwnj", "\u200c"}};

static bool text_word(struct sat_rtf_reader *r,
                      const struct sat_rtf_token *t) {
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(words[i].word, t->word) != 0) continue;
    sat_rtf_put(r, words[i].text);
    return true;
  }
  return false;
}

static void text_symbol(struct sat_rtf_reader *r, unsigned char c) {
  switch (c) {
    case '~': sat_rtf_put(r, "\u00a0"); break;
    case '_': sat_rtf_put(r, "\u2011"); break;
    case '\t': sat_rtf_put(r, "\t"); break;
    case '\r':
    case '\n': sat_rtf_put(r, "\r\n"); break; /* as \par */
    default: break;
  }
}

static bool text_shows(const struct sat_rtf_group *g) { return !g->hidden; }

int sat_rtf_to_text(struct sat_buf *out, const void *p, size_t n,
                    struct sat_error *err) {
  struct sat_rtf_reader *r;
  if (!sat_rtf_begins(p, n))
    return sat_error_set(err, SAT_E_PROTOCOL, "this is no RTF");
  r = calloc(1, sizeof *r);
  if (r == NULL) return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  r->out = out;
  r->word = text_word;
  r->symbol = text_symbol;
  r->shows = text_shows;
  sat_rtf_read(r, p, n);
  free(r);
  if (out->failed)
    return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  return 0;
}

/* a UTF-16 code unit, as the signed number that it is in RTF */
static void put_unit(struct sat_buf *out, uint32_t c) {
  char text[16];
  int v = c < 0x8000 ? (int)c : (int)c - 0x10000;
  snprintf(text, sizeof text, "\\u%d?", v);
  sat_buf_str(out, text);
}

static void put_unicode(struct sat_buf *out, uint32_t c) {
  if (c >= 0x10000) {
    put_unit(out, 0xd800 + ((c - 0x10000) >> 10));
    c = 0xdc00 + (c & 0x3ff);
  }
  put_unit(out, c);
}

static void put_escaped(struct sat_buf *out, uint32_t c) {
  switch (c) {
    case '\0':
    case '\r': break;
    case '\n': sat_buf_str(out, "\\par\r\n"); break;
    case '\t': sat_buf_str(out, "\\tab "); break;
    case '\\':
    case '{':
    case '}': sat_buf_u8(out, '\\'); /* fall through */
    default:
      if (c < 0x80) sat_buf_u8(out, c);
      else put_unicode(out, c);
  }
}

void sat_rtf_from_text(struct sat_buf *out, const char *s, size_t n) {
  sat_buf_str(out,
              "{\\rtf1\\ansi\\ansicpg1252\\fromtext\\deff0"
              "{\\fonttbl{\\f0\\fswiss Arial;}}\r\n"
              "\\uc1\\pard\\plain\\deftab360\\f0\\fs20 ");
  while (n > 0) {
    uint32_t c = 0xfffd;
    size_t used = sat_text_next(s, n, &c);
    put_escaped(out, c);
    if (used == 0) used = 1;
    s += used;
    n -= used;
  }
  sat_buf_str(out, "}");
}
