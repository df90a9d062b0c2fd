#include "format/mime_report.h"

#include <string.h>

#include "format/mime_text.h"
#include "format/mime_word.h"

#define MOST_RECIPIENTS 10000
#define MOST_FIELDS 1000

struct reading {
  const struct sat_mime_item *it;
  struct sat_arena *arena;
  struct sat_report *report;
};

static struct sat_slice keep(struct reading *r, struct sat_slice raw) {
  struct sat_buf text = {0};
  struct sat_slice kept = {0};
  if (raw.p == NULL) return kept;
  sat_word_decode(r->it->charsets, &text, raw, (struct sat_slice){0});
  kept.p = sat_arena_copy(r->arena, text.n > 0 ? (char *)text.p : "", text.n);
  kept.n = kept.p != NULL ? text.n : 0;
  sat_buf_free(&text);
  return kept;
}

/* "rfc822; anna@example.test": what stands behind the type */
static struct sat_slice behind_type(struct sat_slice value) {
  const char *semicolon = sat_slice_find(value, ';');
  if (semicolon == NULL) return sat_slice_trim(value);
  size_t used = (size_t)(semicolon + 1 - value.p);
  return sat_slice_trim((struct sat_slice){value.p + used, value.n - used});
}

static struct sat_slice address_of(struct reading *r, struct sat_slice value) {
  struct sat_slice s = behind_type(value);
  if (s.n > 1 && *s.p == '<' && s.p[s.n - 1] == '>') s.p++, s.n -= 2;
  return keep(r, s);
}

/* "failed (expanded to …)": one word in lower case */
static struct sat_slice word_of(struct reading *r, struct sat_slice value) {
  struct sat_slice s = sat_slice_trim(value);
  size_t n = 0;
  while (n < s.n && !sat_is_space(s.p[n]) && s.p[n] != ';' && s.p[n] != '(' &&
         s.p[n] != ',' && s.p[n] != '/')
    n++;
  char *p = n > 0 ? sat_arena_copy(r->arena, s.p, n) : NULL;
  for (size_t i = 0; p != NULL && i < n; i++) p[i] = sat_lower(p[i]);
  return (struct sat_slice){p, p != NULL ? n : 0};
}

static struct sat_report_recipient *new_recipient(struct reading *r) {
  struct sat_report_recipient **end = &r->report->recipients;
  struct sat_report_recipient *new = sat_arena_alloc(r->arena, sizeof *new);
  while (*end != NULL) end = &(*end)->next;
  *end = new;
  return new;
}

/* RFC 3464 2.3 */
static struct sat_report_recipient *read_recipient(
    struct reading *r, const struct sat_headers *h) {
  struct sat_report_recipient *to = sat_arena_alloc(r->arena, sizeof *to);
  if (to == NULL) return NULL;
  to->email = address_of(r, sat_headers_get(h, "final-recipient"));
  to->original = address_of(r, sat_headers_get(h, "original-recipient"));
  to->action = word_of(r, sat_headers_get(h, "action"));
  to->status = word_of(r, sat_headers_get(h, "status"));
  to->diagnostic = keep(r, behind_type(sat_headers_get(h, "diagnostic-code")));
  to->remote = address_of(r, sat_headers_get(h, "remote-mta"));
  if (to->email.n == 0) to->email = to->original;
  return to;
}

/* RFC 3464 2.2 */
static void read_message_fields(struct reading *r,
                                const struct sat_headers *h) {
  r->report->reporter = address_of(r, sat_headers_get(h, "reporting-mta"));
  r->report->envelope_id =
      keep(r, sat_headers_get(h, "original-envelope-id"));
}

static bool is_about_recipient(const struct sat_headers *h) {
  return sat_headers_get(h, "final-recipient").p != NULL ||
         sat_headers_get(h, "action").p != NULL ||
         sat_headers_get(h, "original-recipient").p != NULL;
}

static void skip_empty(struct sat_slice *s) {
  while (s->n > 0 && (*s->p == '\r' || *s->p == '\n')) s->p++, s->n--;
}

/* groups of fields with empty lines between them */
static void read_delivery(struct reading *r, struct sat_slice s) {
  struct sat_report_recipient **end = &r->report->recipients;
  r->report->kind = SAT_REPORT_DELIVERY;
  for (size_t n = 0; n < MOST_RECIPIENTS; n++) {
    struct sat_headers h;
    skip_empty(&s);
    if (s.n == 0) return;
    const char *before = s.p;
    sat_headers_read(&s, MOST_FIELDS, r->arena, &h);
    if (s.p == before) sat_slice_line(&s); /* no field: passed over */
    if (h.n == 0) continue;
    if (!is_about_recipient(&h)) {
      if (n == 0) read_message_fields(r, &h);
      continue;
    }
    if (n == 0) read_message_fields(r, &h);
    *end = read_recipient(r, &h);
    if (*end == NULL) return;
    end = &(*end)->next;
  }
}

/* RFC 8098 3.2.6: "mode/mode; type/modifier" */
static void read_disposition(struct reading *r, struct sat_slice s) {
  struct sat_headers h;
  skip_empty(&s);
  sat_headers_read(&s, MOST_FIELDS, r->arena, &h);
  r->report->kind = SAT_REPORT_DISPOSITION;
  r->report->reporter = keep(r, sat_headers_get(&h, "reporting-ua"));
  r->report->message_id = keep(r, sat_headers_get(&h, "original-message-id"));
  struct sat_report_recipient *to = new_recipient(r);
  if (to == NULL) return;
  to->email = address_of(r, sat_headers_get(&h, "final-recipient"));
  to->original = address_of(r, sat_headers_get(&h, "original-recipient"));
  to->action = word_of(r, behind_type(sat_headers_get(&h, "disposition")));
  to->diagnostic = keep(r, sat_headers_get(&h, "error"));
  if (to->email.n == 0) to->email = to->original;
}

/* the header of the message that is reported about */
static void read_returned(struct reading *r, const struct sat_mime_part *part) {
  struct sat_buf bytes = {0};
  struct sat_headers h;
  sat_mime_content(part, &bytes);
  struct sat_slice s = {(char *)bytes.p, bytes.n};
  sat_headers_skip(&s);
  sat_headers_read(&s, MOST_FIELDS, r->arena, &h);
  if (r->report->message_id.n == 0)
    r->report->message_id = keep(r, sat_headers_get(&h, "message-id"));
  r->report->subject = keep(r, sat_headers_get(&h, "subject"));
  sat_buf_free(&bytes);
}

void sat_report_read(const struct sat_mime_item *it, struct sat_arena *a,
                     struct sat_report *report_r) {
  struct reading r = {it, a, report_r};
  struct sat_buf bytes = {0};
  *report_r = (struct sat_report){0};
  if (it->status == NULL) return;
  sat_mime_content(it->status, &bytes);
  struct sat_slice s = {(char *)bytes.p, bytes.n};
  if (sat_mime_is(it->status, "message", "disposition-notification") ||
      sat_mime_is(it->status, "message", "global-disposition-notification"))
    read_disposition(&r, s);
  else
    read_delivery(&r, s);
  sat_buf_free(&bytes);
  if (it->returned != NULL) read_returned(&r, it->returned);
}

static bool any_action(const struct sat_report *report, const char *word) {
  const struct sat_report_recipient *to = report->recipients;
  while (to != NULL && !sat_slice_is(to->action, word)) to = to->next;
  return to != NULL;
}

/* [MS-OXCMAIL] 2.1.3.5 and 2.1.3.6 */
static const char *report_class(const struct sat_report *report) {
  static const struct {
    const char *action, *class;
  } classes[] = {{"failed", "REPORT.IPM.Note.NDR"},
                 {"delayed", "REPORT.IPM.Note.Delayed.DR"},
                 {"delivered", "REPORT.IPM.Note.DR"},
                 {"expanded", "REPORT.IPM.Note.Expanded.DR"},
                 {"relayed", "REPORT.IPM.Note.Relayed.DR"}};
  if (report->kind == SAT_REPORT_DISPOSITION)
    return any_action(report, "deleted") || any_action(report, "denied") ||
                   any_action(report, "failed")
               ? "REPORT.IPM.Note.IPNNRN"
               : "REPORT.IPM.Note.IPNRN";
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    if (any_action(report, classes[i].action)) return classes[i].class;
  return "REPORT.IPM.Note.NDR";
}

static bool is_pkcs7(struct sat_slice subtype, const char *what) {
  if (sat_slice_begins(subtype, "x-")) subtype.p += 2, subtype.n -= 2;
  return sat_slice_is(subtype, what);
}

/* What a message is called by its header alone, which may be all there is:
** the type that it declares, whether or not there are parts. */
struct declared {
  struct sat_media_type media;
  struct sat_buf text; /* of the parameter that tells more */
  struct sat_slice more;
};

static void read_declared(const struct sat_mime_item *it,
                          struct declared *d_r) {
  struct sat_slice none = {0}, type = it->tree.root->content_type;
  *d_r = (struct declared){.media = sat_media_type_of(type)};
  if (!sat_slice_is(d_r->media.type, "multipart")) return;
  /* RFC 6522 3; RFC 1847 2.1 */
  const char *name = NULL;
  if (sat_slice_is(d_r->media.subtype, "report")) name = "report-type";
  if (sat_slice_is(d_r->media.subtype, "signed")) name = "protocol";
  if (name == NULL) return;
  if (sat_param_text(it->charsets, &d_r->text, type, name, none))
    d_r->more = (struct sat_slice){(char *)d_r->text.p, d_r->text.n};
}

/* multipart/report and multipart/signed of S/MIME, and what S/MIME encrypts */
static const char *declared_class(const struct declared *d) {
  bool whole = sat_slice_is(d->media.type, "application");
  if (whole && is_pkcs7(d->media.subtype, "pkcs7-mime"))
    return "IPM.Note.SMIME";
  if (sat_slice_is(d->more, "delivery-status")) return "REPORT.IPM.Note.NDR";
  if (sat_slice_is(d->more, "disposition-notification"))
    return "REPORT.IPM.Note.IPNRN";
  if (is_pkcs7(sat_media_type_of(d->more).subtype, "pkcs7-signature"))
    return "IPM.Note.SMIME.MultipartSigned";
  return NULL;
}

static bool is_signed(const struct sat_mime_part *root) {
  const struct sat_mime_part *last = root->first;
  if (!sat_mime_is(root, "multipart", "signed") || last == NULL) return false;
  while (last->next != NULL) last = last->next;
  return sat_mime_is(last, "application", NULL) &&
         is_pkcs7(last->media.subtype, "pkcs7-signature");
}

const char *sat_mime_class(const struct sat_mime_item *it,
                           const struct sat_report *report) {
  struct declared d;
  if (report->kind != SAT_REPORT_NONE) return report_class(report);
  if (is_signed(it->tree.root)) return "IPM.Note.SMIME.MultipartSigned";
  read_declared(it, &d);
  const char *class = declared_class(&d);
  sat_buf_free(&d.text);
  return class != NULL ? class : "IPM.Note";
}
