#include "format/mime_shift.h"

#include <string.h>

#include "base/text.h"

enum set { ASCII, KANJI, SUPPLEMENT, KANA };

/* Reads an escape sequence at p; its length, or 0 if it is none of these. */
static size_t escape(const char *p, size_t n, enum set *set_r) {
  static const struct {
    const char *code;
    enum set set;
  } codes[] = {{"\x1b(B", ASCII},      {"\x1b(J", ASCII},
               {"\x1b(H", ASCII},      {"\x1b$B", KANJI},
               {"\x1b$@", KANJI},      {"\x1b$(B", KANJI},
               {"\x1b$(@", KANJI},     {"\x1b$(D", SUPPLEMENT},
               {"\x1b$(Q", KANJI},     {"\x1b$(O", KANJI},
               {"\x1b&@\x1b$B", KANJI}, {"\x1b(I", KANA}};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    size_t len = strlen(codes[i].code);
    if (n >= len && memcmp(p, codes[i].code, len) == 0) {
      *set_r = codes[i].set;
      return len;
    }
  }
  return 0;
}

/* a run of two-byte characters, by way of EUC-JP */
static void put_kanji(struct sat_charsets *c, struct sat_buf *out,
                      enum set set, const char *p, size_t n) {
  char euc[768];
  size_t used = 0;
  for (size_t i = 0; i < n; i++) {
    if (used + 4 > sizeof euc) {
      sat_charsets_convert(c, out, "EUC-JP-MS", euc, used);
      used = 0;
    }
    if (p[i] < 0x21 || i + 1 == n || p[i + 1] < 0x21) {
      euc[used++] = (char)(p[i] & 0x7f); /* a line end within; a lost byte */
      continue;
    }
    if (set == SUPPLEMENT) euc[used++] = (char)0x8f;
    euc[used++] = (char)(p[i] | 0x80);
    euc[used++] = (char)(p[++i] | 0x80);
  }
  sat_charsets_convert(c, out, "EUC-JP-MS", euc, used);
}

static void put_run(struct sat_charsets *c, struct sat_buf *out, enum set set,
                    const char *p, size_t n) {
  if (n == 0) return;
  if (set == KANJI || set == SUPPLEMENT) {
    put_kanji(c, out, set, p, n);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    unsigned char b = (unsigned char)p[i];
    if (set == KANA && b >= 0x21 && b < 0x60) b |= 0x80;
    /* JIS X 0201, also as bare 8-bit bytes */
    if (b >= 0xa1 && b <= 0xdf) sat_text_put(out, 0xff61u + (b - 0xa1u));
    else sat_text_put(out, b < 0x80 ? b : 0xfffd);
  }
}

void sat_jis_decode(struct sat_charsets *c, struct sat_buf *out, const char *p,
                    size_t n) {
  enum set set = ASCII;
  while (n > 0) {
    enum set next = set;
    size_t run = 0, len = 0;
    while (run < n) {
      if (p[run] == 0x1b && (len = escape(p + run, n - run, &next)) > 0) break;
      /* a line begins in ASCII again */
      if (set != ASCII && p[run] == '\n') {
        next = ASCII;
        break;
      }
      run++;
    }
    put_run(c, out, set, p, run);
    set = next;
    p += run + len;
    n -= run + len;
  }
}

/* a run of two-byte characters of GB 2312, by way of GB18030 */
static void put_gb(struct sat_charsets *c, struct sat_buf *out, const char *p,
                   size_t n) {
  char gb[512];
  for (size_t some; n > 0; p += some, n -= some) {
    some = n < sizeof gb ? n : sizeof gb;
    for (size_t i = 0; i < some; i++)
      gb[i] = p[i] >= 0x21 ? (char)(p[i] | 0x80) : p[i];
    sat_charsets_convert(c, out, "GB18030", gb, some);
  }
}

void sat_hz_decode(struct sat_charsets *c, struct sat_buf *out, const char *p,
                   size_t n) {
  const char *end = p + n;
  while (p < end) {
    const char *tilde = memchr(p, '~', (size_t)(end - p));
    const char *run_end = tilde != NULL ? tilde : end;
    sat_charsets_convert(c, out, "GB18030", p, (size_t)(run_end - p));
    p = run_end;
    if (p == end) return;
    char next = end - p > 1 ? p[1] : '\0';
    if (next != '~' && next != '{' && next != '}' && next != '\n') {
      sat_buf_u8(out, '~'); /* no escape: as it is */
      p++;
      continue;
    }
    if (next == '~') sat_buf_u8(out, '~');
    if (next == '{') {
      const char *from = p + 2;
      const char *close = memmem(from, (size_t)(end - from), "~}", 2);
      if (close == NULL) close = end;
      put_gb(c, out, from, (size_t)(close - from));
      p = close;
      if (p == end) return;
    }
    p += 2;
  }
}
