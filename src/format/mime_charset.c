#include "format/mime_charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "format/mime_shift.h"

#define LABEL 40
#define REPLACEMENT 0xfffd

/* squashed labels, and the name iconv has; sorted by nothing but use */
static const struct {
  const char *label, *name;
} aliases[] = {
    {"usascii", "ASCII"},
    {"ascii", "ASCII"},
    {"ansix341968", "ASCII"},
    {"ansix341986", "ASCII"},
    {"iso646us", "ASCII"},
    {"us", "ASCII"},
    {"utf8", "UTF-8"},
    {"unicode11utf8", "UTF-8"},
    {"unicode20utf8", "UTF-8"},
    {"xunicode20utf8", "UTF-8"},
    {"utf8mb4", "UTF-8"},
    {"cp65001", "UTF-8"},
    {"utf7", "UTF-7"},
    {"unicode11utf7", "UTF-7"},
    {"xunicode20utf7", "UTF-7"},
    {"csunicode11utf7", "UTF-7"},
    {"cp65000", "UTF-7"},
    {"utf16", "UTF-16"},
    {"unicode", "UTF-16"},
    {"ucs2", "UTF-16"},
    {"iso10646ucs2", "UTF-16"},
    {"utf16le", "UTF-16LE"},
    {"utf16be", "UTF-16BE"},
    {"iso88591", "CP1252"},
    {"88591", "CP1252"},
    {"latin1", "CP1252"},
    {"l1", "CP1252"},
    {"cp819", "CP1252"},
    {"ibm819", "CP1252"},
    {"isoir100", "CP1252"},
    {"iso885911987", "CP1252"},
    {"iso88591windows30latin1", "CP1252"},
    {"iso88591windows31latin1", "CP1252"},
    {"xansi", "CP1252"},
    {"ansi", "CP1252"},
    {"xuserdefined", "CP1252"},
    {"iso88599", "CP1254"},
    {"latin5", "CP1254"},
    {"iso885999", "CP1254"},
    {"iso885911", "CP874"},
    {"tis620", "CP874"},
    {"dos874", "CP874"},
    {"windows874", "CP874"},
    {"iso88598i", "ISO-8859-8"},
    {"iso88598e", "ISO-8859-8"},
    {"logical", "ISO-8859-8"},
    {"visual", "ISO-8859-8"},
    {"iso88596i", "ISO-8859-6"},
    {"iso88596e", "ISO-8859-6"},
    {"gb2312", "GB18030"},
    {"gb231280", "GB18030"},
    {"gb23121980", "GB18030"},
    {"gb18030", "GB18030"},
    {"gbk", "GB18030"},
    {"xgbk", "GB18030"},
    {"gb", "GB18030"},
    {"cp936", "GB18030"},
    {"ms936", "GB18030"},
    {"windows936", "GB18030"},
    {"euccn", "GB18030"},
    {"xeuccn", "GB18030"},
    {"chinese", "GB18030"},
    {"csgb2312", "GB18030"},
    {"hzgb2312", "HZ"},
    {"big5", "BIG5-HKSCS"},
    {"cnbig5", "BIG5-HKSCS"},
    {"xxbig5", "BIG5-HKSCS"},
    {"big5hkscs", "BIG5-HKSCS"},
    {"cp950", "BIG5-HKSCS"},
    {"windows950", "BIG5-HKSCS"},
    {"csbig5", "BIG5-HKSCS"},
    {"shiftjis", "CP932"},
    {"xshiftjis", "CP932"},
    {"sjis", "CP932"},
    {"xsjis", "CP932"},
    {"mskanji", "CP932"},
    {"csshiftjis", "CP932"},
    {"windows31j", "CP932"},
    {"cp932", "CP932"},
    {"ms932", "CP932"},
    {"shiftjis2004", "SHIFT_JISX0213"},
    {"eucjp", "EUC-JP-MS"},
    {"xeucjp", "EUC-JP-MS"},
    {"xeuc", "EUC-JP-MS"},
    {"ujis", "EUC-JP-MS"},
    {"cp51932", "EUC-JP-MS"},
    {"eucjpms", "EUC-JP-MS"},
    {"iso2022jp", "JIS"},
    {"csiso2022jp", "JIS"},
    {"iso2022jp1", "JIS"},
    {"iso2022jpms", "JIS"},
    {"jis", "JIS"},
    {"cp50220", "JIS"},
    {"cp50221", "JIS"},
    {"cp50222", "JIS"},
    {"euckr", "UHC"},
    {"ksc56011987", "UHC"},
    {"ksc56011989", "UHC"},
    {"ksc5601", "UHC"},
    {"xksc5601", "UHC"},
    {"cp949", "UHC"},
    {"ms949", "UHC"},
    {"windows949", "UHC"},
    {"5601", "UHC"},
    {"korean", "UHC"},
    {"cseuckr", "UHC"},
    {"ks", "UHC"},
    {"xwindows949", "UHC"},
    {"iso2022kr", "ISO-2022-KR"},
    {"koi8r", "KOI8-R"},
    {"koi8", "KOI8-R"},
    {"koi", "KOI8-R"},
    {"koi8ru", "KOI8-U"},
    {"koi8u", "KOI8-U"},
    {"xmacroman", "MACINTOSH"},
    {"macroman", "MACINTOSH"},
    {"mac", "MACINTOSH"},
    {"macintosh", "MACINTOSH"},
    {"xmaccyrillic", "MAC-CYRILLIC"},
    {"xmacukrainian", "MAC-CYRILLIC"},
    {"xmacce", "MAC-CENTRALEUROPE"},
    {"xmaccentraleurope", "MAC-CENTRALEUROPE"},
    {"visciipunit", "VISCII"},
};

/* what a mailer writes that knows no charset, or will not tell */
static const char *const unsaid[] = {
    "",        "unknown",  "unknown8bit", "xunknown", "default",
    "binary",  "8bit",     "none",        "null",     "undefined",
    "charset", "defaultcharset"};

/* letters and digits alone, in lower case; a language after '*' goes
** (RFC 2231 5) */
static void squash(struct sat_slice label, char out[LABEL]) {
  size_t n = 0;
  for (size_t i = 0; i < label.n && label.p[i] != '*' && n < LABEL - 1; i++)
    if (sat_is_alnum(label.p[i])) out[n++] = sat_lower(label.p[i]);
  out[n] = '\0';
}

/* "windows-1251", "cp-850", "ibm437": CP and the digits */
static bool by_number(const char *label, char name[24]) {
  static const char *const prefixes[] = {
      "windows", "xwindows", "cp", "xcp", "ibm", "msdos", "dos", "win"};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t n = strlen(prefixes[i]);
    if (strncmp(label, prefixes[i], n) != 0) continue;
    const char *digits = label + n;
    if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
      continue;
    snprintf(name, 24, "CP%.10s", label + n);
    return true;
  }
  return false;
}

/* "iso88592", "isolatin2" */
static bool by_part(const char *label, char name[24]) {
  const char *part = NULL;
  if (strncmp(label, "iso8859", 7) == 0) part = label + 7;
  if (strncmp(label, "8859", 4) == 0) part = label + 4;
  if (part == NULL || *part < '1' || *part > '9') return false;
  if (strspn(part, "0123456789") != strlen(part)) return false;
  /* the year of the standard may follow: iso-8859-2:1987 */
  size_t n = strlen(part);
  if (n > 4) n -= 4;
  if (n > 2) return false;
  snprintf(name, 24, "ISO-8859-%.*s", (int)n, part);
  return true;
}

/* iconv's name of a label into name; false: it says nothing */
static bool resolve(struct sat_slice label, char name[24]) {
  char flat[LABEL];
  squash(label, flat);
  for (size_t i = 0; i < sizeof unsaid / sizeof *unsaid; i++)
    if (strcmp(flat, unsaid[i]) == 0) return false;
  for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
    if (strcmp(flat, aliases[i].label) == 0) {
      snprintf(name, 24, "%s", aliases[i].name);
      return true;
    }
  if (by_number(flat, name) || by_part(flat, name)) return true;
  label = sat_slice_trim(label);
  size_t n = 0; /* iconv knows it perhaps; "//IGNORE" is none of its names */
  for (; n < label.n && n < 23 && label.p[n] != '*'; n++) {
    char c = label.p[n];
    if (!sat_is_alnum(c) && strchr("-_.:()+", c) == NULL) return false;
    name[n] = c;
  }
  name[n] = '\0';
  return n > 0;
}

static iconv_t conversion_of(struct sat_charsets *c, const char *name) {
  for (unsigned i = 0; i < SAT_CHARSETS; i++)
    if (c->slot[i].conversion != NULL && strcmp(c->slot[i].name, name) == 0)
      return c->slot[i].conversion;
  iconv_t to = iconv_open("UTF-8", name);
  if (to == (iconv_t)-1) return NULL;
  unsigned i = c->turn++ % SAT_CHARSETS;
  if (c->slot[i].conversion != NULL) iconv_close(c->slot[i].conversion);
  c->slot[i].conversion = to;
  snprintf(c->slot[i].name, sizeof c->slot[i].name, "%s", name);
  return to;
}

void sat_charsets_close(struct sat_charsets *c) {
  for (unsigned i = 0; i < SAT_CHARSETS; i++) {
    if (c->slot[i].conversion != NULL) iconv_close(c->slot[i].conversion);
    c->slot[i].conversion = NULL;
  }
}

#define PIECE 16384

/* Converts a piece of what can be; gives errno of what stopped it, or 0. */
static int convert_run(iconv_t to, struct sat_buf *out, char **p, size_t *n) {
  size_t some = *n < PIECE ? *n : PIECE, given = some;
  size_t left = some * 3 + 64;
  char *room = (char *)sat_buf_reserve(out, left), *end = room;
  if (room == NULL) return ENOMEM;
  size_t done = iconv(to, *n > 0 ? p : NULL, &some, &end, &left);
  int why = done == (size_t)-1 ? errno : 0;
  sat_buf_added(out, (size_t)(end - room));
  *n -= given - some;
  /* a character may go across the end of a piece */
  if (why == EINVAL && *n > some && given > some) why = 0;
  return why;
}

/* Converts all; gives how often something was no character. */
static size_t convert(iconv_t to, struct sat_buf *out, const char *p,
                      size_t n) {
  char *at = (char *)(uintptr_t)p;
  size_t lost = 0;
  iconv(to, NULL, NULL, NULL, NULL);
  while (n > 0) {
    int why = convert_run(to, out, &at, &n);
    if (why == ENOMEM) return lost;
    if (why == 0 || why == E2BIG) continue;
    sat_text_put(out, REPLACEMENT);
    lost++;
    if (why == EINVAL && n < 8) break; /* cut within a character */
    at++;
    n--;
  }
  n = 0;
  convert_run(to, out, &at, &n); /* what it held back, to combine */
  return lost;
}

static size_t high_bytes(const char *p, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += (unsigned char)p[i] >> 7;
  return count;
}

/* each byte that is no part of a character as U+FFFD */
static void put_utf8(struct sat_buf *out, const char *p, size_t n) {
  const char *end = p + n, *run = p;
  uint32_t c;
  while (p < end) {
    size_t used = sat_text_next(p, (size_t)(end - p), &c);
    if (used == 0) {
      sat_buf_put(out, run, (size_t)(p - run));
      sat_text_put(out, REPLACEMENT);
      used = 1;
      run = p + 1;
    }
    p += used;
  }
  sat_buf_put(out, run, (size_t)(end - run));
}

/* whether most of what is not ASCII is UTF-8 all the same */
static bool is_mostly_utf8(const char *p, size_t n) {
  size_t good = 0, bad = 0;
  uint32_t c;
  for (size_t i = 0, used; i < n; i += used) {
    used = sat_text_next(p + i, n - i, &c);
    if (used == 0) bad++;
    if (used > 1) good++;
    if (used == 0) used = 1;
  }
  return good > bad;
}

static void decode_8bit(struct sat_charsets *c, struct sat_buf *out,
                        const char *p, size_t n) {
  iconv_t to = conversion_of(c, "CP1252");
  if (to != NULL) convert(to, out, p, n);
  else put_utf8(out, p, n);
}

static void decode_utf8(struct sat_charsets *c, struct sat_buf *out,
                        const char *p, size_t n) {
  if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) p += 3, n -= 3;
  if (sat_text_is_utf8(p, n)) sat_buf_put(out, p, n);
  else if (is_mostly_utf8(p, n)) put_utf8(out, p, n);
  else decode_8bit(c, out, p, n);
}

/* UTF-16 without a mark: the byte that is zero more often is the high one */
static void decode_utf16(struct sat_buf *out, const char *p, size_t n) {
  size_t even = 0, odd = 0;
  bool big = false;
  if (n >= 2 && memcmp(p, "\xff\xfe", 2) == 0) p += 2, n -= 2;
  else if (n >= 2 && memcmp(p, "\xfe\xff", 2) == 0) p += 2, n -= 2, big = true;
  else {
    for (size_t i = 0; i + 1 < n && i < 4096; i += 2)
      even += p[i] == 0, odd += p[i + 1] == 0;
    big = even > odd;
  }
  if (!big) {
    sat_text_from_utf16(out, p, n);
    return;
  }
  char swapped[512];
  for (size_t some; n >= 2; p += some, n -= some) {
    some = n < sizeof swapped ? n & ~(size_t)1 : sizeof swapped;
    /* not between the halves of a surrogate pair */
    if (some < n && some > 2 && (p[some - 2] & 0xfc) == 0xd8) some -= 2;
    for (size_t i = 0; i + 1 < some; i += 2)
      swapped[i] = p[i + 1], swapped[i + 1] = p[i];
    sat_text_from_utf16(out, swapped, some);
  }
}

static bool has(const char *p, size_t n, const char *what) {
  return memmem(p, n, what, strlen(what)) != NULL;
}

static bool has_utf16_mark(const char *p, size_t n) {
  return n >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 ||
                    memcmp(p, "\xfe\xff", 2) == 0);
}

/* by what the bytes look like */
static void guess(struct sat_charsets *c, struct sat_buf *out, const char *p,
                  size_t n) {
  if (has_utf16_mark(p, n))
    decode_utf16(out, p, n);
  else if (high_bytes(p, n) == 0 && memchr(p, 0x1b, n) != NULL &&
           (has(p, n, "\x1b$B") || has(p, n, "\x1b$@")))
    sat_jis_decode(c, out, p, n);
  else
    decode_utf8(c, out, p, n);
}

static bool is_ascii(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)p[i] >= 0x80 || p[i] == 0x1b) return false;
  return true;
}

static bool is_stateless(const char *name) {
  return strncmp(name, "UTF-7", 5) != 0 && strncmp(name, "UTF-16", 6) != 0 &&
         strncmp(name, "UTF-32", 6) != 0 && strncmp(name, "UCS", 3) != 0 &&
         strcmp(name, "HZ") != 0 && strncmp(name, "ISO-2022", 8) != 0 &&
         strncmp(name, "CP037", 5) != 0 && strncmp(name, "EBCDIC", 6) != 0;
}

/* What is not in its charset, but UTF-8, is that. */
static bool decode_iconv(struct sat_charsets *c, struct sat_buf *out,
                         const char *name, const char *p, size_t n) {
  iconv_t to = conversion_of(c, name);
  size_t from = out->n;
  if (to == NULL) return false;
  if (convert(to, out, p, n) > 0 && high_bytes(p, n) > 0 &&
      sat_text_is_utf8(p, n) && !out->failed) {
    out->n = from;
    sat_buf_put(out, p, n);
  }
  return true;
}

/* 8-bit text under the name of ISO-2022-JP is often Shift_JIS */
static void decode_jis(struct sat_charsets *c, struct sat_buf *out,
                       const char *p, size_t n) {
  size_t from = out->n;
  iconv_t to = NULL;
  if (memchr(p, 0x1b, n) != NULL || high_bytes(p, n) == 0) {
    sat_jis_decode(c, out, p, n);
    return;
  }
  if (!sat_text_is_utf8(p, n)) to = conversion_of(c, "CP932");
  if (to != NULL && convert(to, out, p, n) == 0) return;
  if (!out->failed) out->n = from;
  guess(c, out, p, n);
}

static bool decode_named(struct sat_charsets *c, struct sat_buf *out,
                         const char *name, const char *p, size_t n) {
  if (strcmp(name, "UTF-8") == 0) {
    decode_utf8(c, out, p, n);
  } else if (strcmp(name, "ASCII") == 0) {
    guess(c, out, p, n);
  } else if (strncmp(name, "UTF-16", 6) == 0 && strcmp(name, "UTF-16BE") != 0) {
    decode_utf16(out, p, n);
  } else if (strcmp(name, "JIS") == 0) {
    decode_jis(c, out, p, n);
  } else if (strcmp(name, "HZ") == 0) {
    sat_hz_decode(c, out, p, n);
  } else {
    return decode_iconv(c, out, name, p, n);
  }
  return true;
}

void sat_charsets_decode(struct sat_charsets *c, struct sat_buf *out,
                         struct sat_slice label, const char *p, size_t n) {
  char name[24];
  if (n == 0) return;
  bool known = resolve(label, name);
  if (is_ascii(p, n) && (!known || is_stateless(name))) {
    sat_buf_put(out, p, n);
    return;
  }
  if (!known || !decode_named(c, out, name, p, n)) guess(c, out, p, n);
}

void sat_charsets_convert(struct sat_charsets *c, struct sat_buf *out,
                          const char *name, const char *p, size_t n) {
  iconv_t to = conversion_of(c, name);
  if (to != NULL) convert(to, out, p, n);
  else put_utf8(out, p, n);
}

bool sat_charsets_has_ascii(struct sat_slice label) {
  char name[24];
  return resolve(label, name) && is_stateless(name);
}

bool sat_charsets_knows(struct sat_charsets *c, struct sat_slice label) {
  char name[24];
  if (!resolve(label, name)) return false;
  return strcmp(name, "JIS") == 0 || strcmp(name, "HZ") == 0 ||
         conversion_of(c, name) != NULL;
}
