#include "wire/rtf.h"

#include <string.h>

#include "base/text.h"

/*
** Text: bytes are gathered and decoded together, for a character may be
** written half as \'xx and half as itself.
*/
static unsigned page_here(const struct sat_rtf_reader *r) {
  if (r->group.tag) return r->page;
  for (unsigned i = r->font_n; i-- > 0;)
    if (r->fonts[i].number == r->group.font)
      return r->fonts[i].page != 0 ? r->fonts[i].page : r->page;
  return r->page;
}

static void flush_bytes(struct sat_rtf_reader *r) {
  if (r->bytes.n == 0) return;
  if (r->bytes.failed) r->out->failed = true;
  else
    sat_codepage_decode(&r->codepage, r->out, r->bytes_page, r->bytes.p,
                        r->bytes.n);
  sat_buf_clear(&r->bytes);
}

static void flush(struct sat_rtf_reader *r) {
  flush_bytes(r);
  if (r->high != 0) sat_text_put(r->out, 0xfffd);
  r->high = 0;
}

static bool shows(const struct sat_rtf_reader *r) {
  return !r->group.ignored && !r->group.fonts && r->shows(&r->group);
}

void sat_rtf_put(struct sat_rtf_reader *r, const char *s) {
  if (!shows(r)) return;
  flush(r);
  sat_buf_str(r->out, s);
}

static void put_bytes(struct sat_rtf_reader *r, const uint8_t *p, size_t n) {
  size_t skip = r->skip < n ? r->skip : n;
  unsigned page;
  r->skip -= (uint32_t)skip;
  p += skip;
  n -= skip;
  if (n == 0 || !shows(r)) return;
  if (r->high != 0) flush(r);
  page = page_here(r);
  if (page != r->bytes_page) flush_bytes(r);
  r->bytes_page = page;
  sat_buf_put(&r->bytes, p, n);
}

/* \uN: a UTF-16 code unit, written as a signed number or not */
static void put_unit(struct sat_rtf_reader *r, int32_t number) {
  uint32_t c = (uint32_t)number & 0xffff;
  r->skip = r->group.skip_after_u;
  if (!shows(r)) return;
  flush_bytes(r);
  if (r->high != 0 && c >= 0xdc00 && c <= 0xdfff) {
    sat_text_put(r->out,
                 0x10000 + ((r->high - 0xd800) << 10) + (c - 0xdc00));
    r->high = 0;
    return;
  }
  flush(r);
  if (c >= 0xd800 && c <= 0xdbff) r->high = c;
  else sat_text_put(r->out, c >= 0xdc00 && c <= 0xdfff ? 0xfffd : c);
}

/*
** The header and the font table
*/
static void set_font(struct sat_rtf_reader *r, int32_t number) {
  r->group.font = number;
  if (!r->group.fonts || r->font_n == SAT_RTF_FONTS) return;
  r->fonts[r->font_n].number = number;
  r->fonts[r->font_n].page = 0;
  r->font_n++;
}

static void set_font_page(struct sat_rtf_reader *r, unsigned page) {
  if (r->group.fonts && r->font_n > 0) r->fonts[r->font_n - 1].page = page;
}

static bool is(const struct sat_rtf_token *t, const char *word) {
  return strcmp(t->word, word) == 0;
}

static bool read_header_word(struct sat_rtf_reader *r,
                             const struct sat_rtf_token *t) {
  if (is(t, "ansi")) r->page = 1252;
  else if (is(t, "mac")) r->page = 10000;
  else if (is(t, "pc")) r->page = 437;
  else if (is(t, "pca")) r->page = 850;
  else if (is(t, "ansicpg") && t->number > 0) r->page = (unsigned)t->number;
  else if (is(t, "fromhtml")) r->from_html = t->number == 1;
  else if (is(t, "deff")) r->default_font = r->group.font = t->number;
  else return false;
  return true;
}

static bool read_font_word(struct sat_rtf_reader *r,
                           const struct sat_rtf_token *t) {
  if (is(t, "f")) set_font(r, t->number);
  else if (is(t, "fcharset"))
    set_font_page(r, sat_codepage_of_charset(t->number));
  else if (is(t, "cpg") && t->number > 0)
    set_font_page(r, (unsigned)t->number);
  else if (is(t, "fonttbl")) r->group.fonts = true;
  else return false;
  return true;
}

static bool read_format_word(struct sat_rtf_reader *r,
                             const struct sat_rtf_token *t) {
  bool on = !t->has_number || t->number != 0;
  if (is(t, "uc")) {
    r->group.skip_after_u = t->number > 0 ? (uint32_t)t->number : 0;
  } else if (is(t, "v")) {
    r->group.hidden = on;
  } else if (is(t, "htmlrtf")) {
    r->group.rtf_only = on;
  } else if (is(t, "plain")) {
    r->group.font = r->default_font;
    r->group.hidden = false;
  } else {
    return false;
  }
  return true;
}

/* destinations that do not show, though no \* says so */
static bool is_ignored(const struct sat_rtf_token *t) {
  static const char *const words[] = {
      "colortbl", "filetbl",   "footer",   "footerf",    "footerl",
      "footerr",  "footnote",  "ftncn",    "ftnsep",     "ftnsepc",
      "header",   "headerf",   "headerl",  "headerr",    "info",
      "listtable", "nonshppict", "objdata", "pict",      "private",
      "revtbl",   "rxe",       "stylesheet", "tc",       "txe",
      "xe",       "xmlnstbl"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (is(t, words[i])) return true;
  return false;
}

/*
** Groups and tokens
*/
static void open_group(struct sat_rtf_reader *r) {
  if (r->depth < SAT_RTF_DEPTH) r->outer[r->depth] = r->group;
  r->depth++;
  r->starred = false;
  r->skip = 0;
}

static void close_group(struct sat_rtf_reader *r) {
  r->starred = false;
  r->skip = 0;
  if (r->depth == 0) return;
  r->depth--;
  if (r->depth < SAT_RTF_DEPTH) r->group = r->outer[r->depth];
}

static void read_word(struct sat_rtf_reader *r,
                      const struct sat_rtf_token *t) {
  bool starred = r->starred;
  r->starred = false;
  if (is(t, "u") && t->has_number) {
    put_unit(r, t->number);
    return;
  }
  if (r->skip > 0) {
    r->skip--;
    return;
  }
  if (r->group.ignored) return;
  if (is_ignored(t)) {
    r->group.ignored = true;
  } else if (!read_format_word(r, t) && !read_font_word(r, t) &&
             !read_header_word(r, t) && !r->word(r, t) && starred) {
    r->group.ignored = true;
  }
}

static void read_symbol(struct sat_rtf_reader *r, unsigned char c) {
  uint8_t byte = c;
  if (c == '*') {
    r->starred = true;
  } else if (c == '{' || c == '}' || c == '\\') {
    put_bytes(r, &byte, 1);
  } else if (r->skip > 0) {
    r->skip--;
  } else {
    r->symbol(r, c);
  }
}

static void read_token(struct sat_rtf_reader *r,
                       const struct sat_rtf_token *t) {
  switch (t->kind) {
    case SAT_RTF_OPEN: open_group(r); break;
    case SAT_RTF_CLOSE: close_group(r); break;
    case SAT_RTF_WORD: read_word(r, t); break;
    case SAT_RTF_SYMBOL: read_symbol(r, t->byte); break;
    case SAT_RTF_BYTE: put_bytes(r, &t->byte, 1); break;
    case SAT_RTF_TEXT: put_bytes(r, t->text, t->n); break;
    case SAT_RTF_END: break;
  }
}

void sat_rtf_read(struct sat_rtf_reader *r, const void *p, size_t n) {
  struct sat_rtf_tokens tokens = {p, (const uint8_t *)p + n};
  struct sat_rtf_token t = {0};
  r->page = 1252;
  r->group.skip_after_u = 1;
  do {
    sat_rtf_next(&tokens, &t);
    read_token(r, &t);
  } while (t.kind != SAT_RTF_END && !r->out->failed);
  flush(r);
  sat_buf_free(&r->bytes);
  sat_codepage_close(&r->codepage);
}
