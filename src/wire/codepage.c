#include "wire/codepage.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"

#define FALLBACK 1252u
#define UTF8 65001u

/* the code pages that iconv has under another name than CP<number> */
static const struct {
  unsigned number;
  const char *name;
} names[] = {{708, "ISO-8859-6"},    {936, "GBK"},
             {950, "BIG5-HKSCS"},    {1200, "UTF-16LE"},
             {1201, "UTF-16BE"},     {1361, "JOHAB"},
             {10000, "MACINTOSH"},   {10001, "SHIFT_JIS"},
             {10006, "MACINTOSH"},   {10007, "MAC-CYRILLIC"},
             {10029, "MAC-CENTRALEUROPE"},
             {20127, "ASCII"},       {20866, "KOI8-R"},
             {20932, "EUC-JP"},      {20936, "GB2312"},
             {21866, "KOI8-U"},      {28591, "ISO-8859-1"},
             {28592, "ISO-8859-2"},  {28593, "ISO-8859-3"},
             {28594, "ISO-8859-4"},  {28595, "ISO-8859-5"},
             {28596, "ISO-8859-6"},  {28597, "ISO-8859-7"},
             {28598, "ISO-8859-8"},  {28599, "ISO-8859-9"},
             {28603, "ISO-8859-13"}, {28605, "ISO-8859-15"},
             {38598, "ISO-8859-8"},  {50220, "ISO-2022-JP"},
             {50221, "ISO-2022-JP"}, {50222, "ISO-2022-JP"},
             {50225, "ISO-2022-KR"}, {51932, "EUC-JP"},
             {51936, "GB2312"},      {51949, "EUC-KR"},
             {52936, "GB2312"},      {54936, "GB18030"},
             {65000, "UTF-7"}};

static iconv_t open_conversion(unsigned number) {
  char name[16];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].number == number) return iconv_open("UTF-8", names[i].name);
  snprintf(name, sizeof name, "CP%u", number);
  return iconv_open("UTF-8", name);
}

static bool select_page(struct sat_codepage *c, unsigned number) {
  iconv_t to;
  if (c->conversion != NULL && c->number == number) return true;
  sat_codepage_close(c);
  to = open_conversion(number);
  if (to == (iconv_t)-1) return false;
  c->conversion = to;
  c->number = number;
  return true;
}

void sat_codepage_close(struct sat_codepage *c) {
  if (c->conversion != NULL) iconv_close(c->conversion);
  c->conversion = NULL;
}

static bool is_ascii(const unsigned char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (p[i] >= 0x80 || p[i] == 0x1b) return false;
  return true;
}

/* code pages whose bytes below 0x80 may mean something else */
static bool is_plain(unsigned number) {
  return number != 1200 && number != 1201 && number != 65000;
}

/* Converts what can be; gives errno of what stopped it, or 0. */
static int convert_run(iconv_t to, struct sat_buf *out, char **p, size_t *n) {
  size_t left = *n * 4 + 16, done;
  char *room = (char *)sat_buf_reserve(out, left), *end = room;
  int why;
  if (room == NULL) return ENOMEM;
  done = iconv(to, *n > 0 ? p : NULL, n, &end, &left);
  why = done == (size_t)-1 ? errno : 0;
  sat_buf_added(out, (size_t)(end - room));
  return why;
}

static void convert(iconv_t to, struct sat_buf *out, char *p, size_t n) {
  iconv(to, NULL, NULL, NULL, NULL);
  while (n > 0) {
    int why = convert_run(to, out, &p, &n);
    if (why == ENOMEM) return;
    if (why == 0 || why == E2BIG) continue;
    sat_text_put(out, 0xfffd);
    if (why == EINVAL) break; /* cut within a character */
    p++;
    n--;
  }
  n = 0;
  convert_run(to, out, &p, &n); /* what it held back, to combine */
}

/* iconv passes on what is no UTF-8 */
static void clean(struct sat_buf *out, const char *s, size_t n) {
  while (n > 0) {
    uint32_t c = 0xfffd;
    size_t used = sat_text_next(s, n, &c);
    sat_text_put(out, c);
    if (used == 0) used = 1;
    s += used;
    n -= used;
  }
}

void sat_codepage_decode(struct sat_codepage *c, struct sat_buf *out,
                         unsigned number, const void *p, size_t n) {
  if (is_plain(number) && is_ascii(p, n)) {
    sat_buf_put(out, p, n);
  } else if (number == UTF8) {
    clean(out, p, n);
  } else if (select_page(c, number) || select_page(c, FALLBACK)) {
    convert(c->conversion, out, (char *)(uintptr_t)p, n);
  } else {
    sat_text_from_8bit(out, p, n);
  }
}

unsigned sat_codepage_of_charset(int charset) {
  static const struct {
    int charset;
    unsigned number;
  } pages[] = {{0, 1252},   {2, 1252},   {77, 10000}, {78, 10001},
               {128, 932},  {129, 949},  {130, 1361}, {134, 936},
               {136, 950},  {161, 1253}, {162, 1254}, {163, 1258},
               {177, 1255}, {178, 1256}, {186, 1257}, {204, 1251},
               {222, 874},  {238, 1250}, {254, 437},  {255, 850}};
  for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
    if (pages[i].charset == charset) return pages[i].number;
  return 0;
}
