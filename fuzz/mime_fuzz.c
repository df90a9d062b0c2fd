/*
** Messages as items: fields, text, attachments with their content, reports,
** the messages within.  All that comes out is UTF-8 and free of line breaks
** where it must be; sizes that are told are those that come.
*/
#include <string.h>

#include "base/text.h"
#include "format/mime_date.h"
#include "format/mime_field.h"
#include "format/mime_message.h"
#include "format/mime_report.h"
#include "format/mime_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
  if (!ok) __builtin_trap();
}

static void check_text(const char *p, size_t n) {
  check(n == 0 || sat_text_is_utf8(p, n));
}

static void check_line(const char *p, size_t n) {
  check_text(p, n);
  for (size_t i = 0; i < n; i++)
    check(p[i] != '\r' && p[i] != '\n' && p[i] != '\0');
}

static void read_addresses(const struct sat_mime_item *it, const char *name) {
  struct sat_arena arena = {0};
  struct sat_address *a = sat_mime_field_addresses(it, name, 1000, &arena);
  for (; a != NULL; a = a->next) {
    check_line(a->name.p, a->name.n);
    check_line(a->email.p, a->email.n);
  }
  sat_arena_reset(&arena);
}

static void read_header(const struct sat_mime_item *it) {
  static const char *const texts[] = {"subject", "comments", "x-a"};
  static const char *const lists[] = {"from", "to", "cc", "reply-to"};
  struct sat_buf out = {0};
  int64_t seconds;
  for (size_t i = 0; i < 3; i++) {
    sat_buf_clear(&out);
    if (sat_mime_field_text(it, texts[i], &out))
      check_line((char *)out.p, out.n);
  }
  for (size_t i = 0; i < 4; i++) read_addresses(it, lists[i]);
  sat_buf_clear(&out);
  sat_mime_field_ids(it, "message-id", 1, &out);
  sat_mime_field_ids(it, "references", 100, &out);
  struct sat_slice rest = sat_mime_field(it->tree.root, "keywords");
  while (rest.p != NULL && sat_mime_keyword(it, &rest, &out)) continue;
  sat_mime_sent(it, &seconds);
  sat_mime_received(it, &seconds);
  sat_mime_importance(it);
  sat_mime_sensitivity(it);
  sat_buf_free(&out);
}

static void read_report(const struct sat_mime_item *it) {
  struct sat_arena arena = {0};
  struct sat_report report;
  sat_report_read(it, &arena, &report);
  for (struct sat_report_recipient *to = report.recipients; to; to = to->next) {
    check_line(to->email.p, to->email.n);
    check_line(to->diagnostic.p, to->diagnostic.n);
  }
  check(*sat_mime_class(it, &report) != '\0');
  sat_arena_reset(&arena);
}

static void read_message(const uint8_t *data, size_t size, unsigned depth,
                         struct sat_charsets *charsets);

static void read_content(const struct sat_mime_item *it,
                         const struct sat_mime_attachment *a, unsigned depth) {
  struct sat_transfer_state t = {0};
  struct sat_slice s = sat_mime_attachment_bytes(a, &t.kind);
  struct sat_buf out = {0};
  /* cut somewhere: the same as at once */
  size_t cut = s.n / 3;
  sat_transfer_feed(&t, &out, s.p, cut);
  sat_transfer_feed(&t, &out, s.p + cut, s.n - cut);
  sat_transfer_finish(&t, &out);
  check(out.n == sat_mime_attachment_size(it, a));
  if (a->embedded && depth < 4) read_message(out.p, out.n, depth + 1, it->charsets);
  sat_buf_free(&out);
}

static void read_item(const struct sat_mime_item *it, unsigned depth) {
  struct sat_buf out = {0};
  read_header(it);
  read_report(it);
  sat_mime_text(it, &out);
  check_text((char *)out.p, out.n);
  sat_buf_clear(&out);
  sat_mime_html(it, &out);
  check_text((char *)out.p, out.n);
  struct sat_mime_attachment *a = it->attachments;
  for (size_t n = 0; a != NULL && n < 200; a = a->next, n++) {
    sat_buf_clear(&out);
    sat_mime_attachment_name(it, a, &out);
    check_line((char *)out.p, out.n);
    read_content(it, a, depth);
  }
  sat_buf_free(&out);
}

static void read_message(const uint8_t *data, size_t size, unsigned depth,
                         struct sat_charsets *charsets) {
  struct sat_mime_limits limits = {.parts = 500, .headers = 200};
  struct sat_message *m = sat_message_new(charsets, limits);
  struct sat_error err = {0};
  if (m == NULL) return;
  if (sat_message_read(m, (const char *)data, size, &err) == 0)
    read_item(&m->item, depth);
  sat_message_free(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct sat_charsets charsets; /* the conversions stay open */
  read_message(data, size, 0, &charsets);
  return 0;
}
