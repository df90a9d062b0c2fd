/* Values, rows, restrictions, recipients and actions as one line of text
** each, for traces and failing specs.  Long text and bytes are cut. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "base/filetime.h"
#include "base/text.h"
#include "wire/names.h"
#include "wire/recipient.h"
#include "wire/restriction.h"
#include "wire/rules.h"

enum { TEXT_MOST = 160, BYTES_MOST = 32 };

SAT_PRINTF(2, 3)
static void put(struct sat_buf *b, const char *fmt, ...) {
  char line[160];
  va_list args;
  va_start(args, fmt);
  vsnprintf(line, sizeof line, fmt, args);
  va_end(args);
  sat_buf_str(b, line);
}

static void print_char(struct sat_buf *b, uint32_t c) {
  if (c == '"' || c == '\\')
    put(b, "\\%c", (int)c);
  else if (c == '\n')
    sat_buf_str(b, "\\n");
  else if (c < 0x20 || c == 0x7f)
    put(b, "\\x%02x", (unsigned)c);
  else
    sat_text_put(b, c);
}

void sat_text_print(struct sat_buf *b, struct sat_bytes text, bool utf16) {
  struct sat_buf utf8 = {0};
  size_t at = 0;
  uint32_t c;
  if (utf16)
    sat_text_from_utf16(&utf8, text.p, text.n);
  else
    sat_text_from_8bit(&utf8, text.p, text.n);
  sat_buf_u8(b, '"');
  for (size_t i = 0; at < utf8.n && i < TEXT_MOST; i++) {
    at += sat_text_next((const char *)utf8.p + at, utf8.n - at, &c);
    print_char(b, c);
  }
  sat_buf_u8(b, '"');
  if (at < utf8.n) put(b, "… (%" PRIu32 " bytes)", text.n);
  sat_buf_free(&utf8);
}

void sat_bytes_print(struct sat_buf *b, struct sat_bytes bytes) {
  sat_buf_u8(b, '<');
  for (uint32_t i = 0; i < bytes.n && i < BYTES_MOST; i++)
    put(b, "%02x", bytes.p[i]);
  if (bytes.n > BYTES_MOST) put(b, "… %" PRIu32 " bytes", bytes.n);
  sat_buf_u8(b, '>');
}

/* "PidTagSubject"; with the type where it is not the usual one */
void sat_tag_print(struct sat_buf *b, uint32_t tag) {
  const char *name = sat_tag_name(tag);
  const char *type = sat_type_name(SAT_TAG_TYPE(tag));
  if (name == NULL)
    put(b, "0x%08" PRIx32, tag);
  else if (sat_tag_by_name(name) == tag)
    sat_buf_str(b, name);
  else if (type != NULL)
    put(b, "%s:%s", name, type);
  else
    put(b, "%s:0x%04x", name, SAT_TAG_TYPE(tag));
}

static void print_error(struct sat_buf *b, uint32_t code) {
  const char *name = sat_code_name(code);
  if (name != NULL)
    put(b, "error %s", name);
  else
    put(b, "error 0x%08" PRIx32, code);
}

static void print_guid(struct sat_buf *b, const struct sat_guid *g) {
  char text[SAT_GUID_TEXT];
  sat_guid_format(g, text);
  sat_buf_str(b, text);
}

static void print_time(struct sat_buf *b, uint64_t filetime) {
  time_t t = (time_t)sat_filetime_to_unix(filetime);
  struct tm tm;
  char text[40];
  if (filetime < ((uint64_t)1 << 63) && gmtime_r(&t, &tm) != NULL &&
      strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
    sat_buf_str(b, text);
  else
    put(b, "time 0x%016" PRIx64, filetime);
}

static void print_multi(struct sat_buf *b, const struct sat_value *v) {
  sat_buf_u8(b, '[');
  for (uint32_t i = 0; i < v->u.multi.n; i++) {
    if (i > 0) sat_buf_str(b, ", ");
    sat_value_print(b, &v->u.multi.v[i]);
  }
  sat_buf_u8(b, ']');
}

void sat_value_print(struct sat_buf *b, const struct sat_value *v) {
  if (v->type & SAT_MV) {
    print_multi(b, v);
    return;
  }
  switch (v->type) {
    case SAT_T_INTEGER16:
    case SAT_T_INTEGER32:
    case SAT_T_INTEGER64:
    case SAT_T_CURRENCY: put(b, "%" PRId64, v->u.i); break;
    case SAT_T_TIME: print_time(b, v->u.time); break;
    case SAT_T_FLOATING32:
    case SAT_T_FLOATING64:
    case SAT_T_FLOATING_TIME: put(b, "%.10g", v->u.d); break;
    case SAT_T_ERROR: print_error(b, v->u.error); break;
    case SAT_T_BOOLEAN: sat_buf_str(b, v->u.b ? "true" : "false"); break;
    case SAT_T_STRING8:
    case SAT_T_STRING:
      sat_text_print(b, v->u.bytes, v->type == SAT_T_STRING);
      break;
    case SAT_T_BINARY:
    case SAT_T_SERVER_ID:
    case SAT_T_OBJECT: sat_bytes_print(b, v->u.bytes); break;
    case SAT_T_GUID: print_guid(b, &v->u.guid); break;
    case SAT_T_RESTRICTION: sat_restriction_print(b, v->u.restriction); break;
    case SAT_T_RULE_ACTION: sat_actions_print(b, v->u.actions); break;
    default: sat_buf_str(b, "none");
  }
}

void sat_property_print(struct sat_buf *b, const struct sat_property *p) {
  sat_tag_print(b, p->tag);
  sat_buf_str(b, " = ");
  sat_value_print(b, &p->value);
}

static void print_properties(struct sat_buf *b,
                             const struct sat_properties *ps) {
  sat_buf_u8(b, '{');
  for (uint32_t i = 0; i < ps->n; i++) {
    if (i > 0) sat_buf_str(b, ", ");
    sat_property_print(b, &ps->p[i]);
  }
  sat_buf_u8(b, '}');
}

void sat_row_print(struct sat_buf *b, const struct sat_row *row) {
  sat_buf_u8(b, '{');
  for (uint32_t i = 0; i < row->columns.n; i++) {
    if (i > 0) sat_buf_str(b, ", ");
    sat_tag_print(b, row->columns.tags[i]);
    sat_buf_str(b, " = ");
    sat_value_print(b, &row->values[i]);
  }
  sat_buf_u8(b, '}');
}

/*
** {======================================================
** Restrictions: (subject ~ "x" and not exists(y))
** =======================================================
*/

static void print_relop(struct sat_buf *b, uint8_t op) {
  static const char *const signs[] = {/* ORDER sat_relop */
      " < ", " <= ", " > ", " >= ", " = ", " != ", " =~ "};
  sat_buf_str(b, op <= SAT_RELOP_RE ? signs[op] : " member_of_dl ");
}

/* the value, and its tag where that is not the property's own */
static void print_operand(struct sat_buf *b,
                          const struct sat_restriction *res) {
  if (res->value.tag != res->tag)
    sat_property_print(b, &res->value);
  else
    sat_value_print(b, &res->value.value);
}

static void print_children(struct sat_buf *b, const struct sat_restriction *res,
                           const char *between) {
  sat_buf_u8(b, '(');
  if (res->n == 0) put(b, "%s of nothing", sat_restriction_name(res->type));
  for (uint32_t i = 0; i < res->n; i++) {
    if (i > 0) sat_buf_str(b, between);
    sat_restriction_print(b, &res->children[i]);
  }
  sat_buf_u8(b, ')');
}

static void print_content(struct sat_buf *b,
                          const struct sat_restriction *res) {
  static const char *const low[] = {"is", "contains", "begins with"};
  uint32_t how = res->fuzzy & 0xffff, flags = res->fuzzy >> 16;
  sat_tag_print(b, res->tag);
  if (how < 3)
    put(b, " %s ", low[how]);
  else
    put(b, " fuzzy 0x%04x ", (unsigned)how);
  print_operand(b, res);
  if (flags & 1) sat_buf_str(b, " ignoring case");
  if (flags & 2) sat_buf_str(b, " ignoring non-space");
  if (flags & 4) sat_buf_str(b, " loosely");
}

static void print_leaf(struct sat_buf *b, const struct sat_restriction *res) {
  if (res->type == SAT_RES_EXIST) sat_buf_str(b, "exists ");
  if (res->type == SAT_RES_SIZE) sat_buf_str(b, "size of ");
  sat_tag_print(b, res->tag);
  if (res->type == SAT_RES_BITMASK) {
    put(b, " & 0x%" PRIx32 " %s 0", res->number,
        res->op == SAT_BMR_EQZ ? "=" : "!=");
  } else if (res->type != SAT_RES_EXIST) {
    print_relop(b, res->op);
  }
  if (res->type == SAT_RES_PROPERTY) print_operand(b, res);
  if (res->type == SAT_RES_COMPARE_PROPERTIES) sat_tag_print(b, res->tag2);
  if (res->type == SAT_RES_SIZE) put(b, "%" PRIu32, res->number);
}

void sat_restriction_print(struct sat_buf *b,
                           const struct sat_restriction *res) {
  switch (res->type) {
    case SAT_RES_AND: print_children(b, res, " and "); break;
    case SAT_RES_OR: print_children(b, res, " or "); break;
    case SAT_RES_CONTENT: print_content(b, res); break;
    case SAT_RES_NOT:
      sat_buf_str(b, "not ");
      print_children(b, res, "");
      break;
    case SAT_RES_SUBOBJECT:
      sat_buf_str(b, "any of ");
      sat_tag_print(b, res->tag);
      print_children(b, res, "");
      break;
    case SAT_RES_COMMENT:
      sat_buf_str(b, "comment ");
      print_properties(b, &res->values);
      if (res->n > 0) print_children(b, res, "");
      break;
    case SAT_RES_COUNT:
      put(b, "at most %" PRIu32 " of ", res->number);
      print_children(b, res, "");
      break;
    default: print_leaf(b, res);
  }
}

/* }====================================================== */

static void print_name(struct sat_buf *b, const char *name, uint32_t flags,
                       uint32_t flag, struct sat_bytes text) {
  if (!(flags & flag)) return;
  put(b, " %s=", name);
  sat_text_print(b, text, flags & SAT_RCPT_UNICODE);
}

void sat_recipient_print(struct sat_buf *b, const struct sat_recipient *r) {
  put(b, "{%s (0x%04" PRIx32 ")", sat_recipient_type_name(r->flags), r->flags);
  if ((r->flags & SAT_RCPT_TYPE) == SAT_RCPT_X500DN) {
    put(b, " prefix=%" PRIu32 " display_type=%" PRIu32 " x500dn=",
        r->address_prefix_used, r->display_type);
    sat_text_print(b, r->x500dn, false);
  }
  if ((r->flags & SAT_RCPT_TYPE) >= SAT_RCPT_PDL1) {
    sat_buf_str(b, " entry_id=");
    sat_bytes_print(b, r->entry_id);
    sat_buf_str(b, " search_key=");
    sat_bytes_print(b, r->search_key);
  }
  if (r->address_type.n > 0) {
    sat_buf_str(b, " address_type=");
    sat_text_print(b, r->address_type, false);
  }
  print_name(b, "email", r->flags, SAT_RCPT_EMAIL, r->email_address);
  print_name(b, "name", r->flags, SAT_RCPT_DISPLAY, r->display_name);
  print_name(b, "simple", r->flags, SAT_RCPT_SIMPLE, r->simple_display_name);
  print_name(b, "transmittable", r->flags, SAT_RCPT_TRANSMITTABLE,
             r->transmittable_display_name);
  sat_buf_u8(b, ' ');
  sat_row_print(b, &r->row);
  sat_buf_u8(b, '}');
}

static void print_action_data(struct sat_buf *b, const struct sat_action *a) {
  switch (a->type) {
    case SAT_ACTION_MOVE:
    case SAT_ACTION_COPY:
      sat_buf_str(b, a->in_this_store ? " here to " : " to ");
      sat_bytes_print(b, a->folder_eid);
      break;
    case SAT_ACTION_REPLY:
    case SAT_ACTION_OOF_REPLY:
      put(b, " template 0x%016" PRIx64 " ", a->template_mid);
      print_guid(b, &a->template_guid);
      break;
    case SAT_ACTION_DEFER:
      sat_buf_u8(b, ' ');
      sat_bytes_print(b, a->data);
      break;
    case SAT_ACTION_BOUNCE: put(b, " code 0x%" PRIx32, a->bounce_code); break;
    case SAT_ACTION_TAG:
      sat_buf_u8(b, ' ');
      sat_property_print(b, &a->value);
      break;
    default:
      for (uint32_t i = 0; i < a->recipient_n; i++) {
        sat_buf_str(b, i > 0 ? ", " : " ");
        print_properties(b, &a->recipients[i].properties);
      }
  }
}

void sat_actions_print(struct sat_buf *b, const struct sat_actions *as) {
  sat_buf_u8(b, '[');
  for (uint32_t i = 0; i < as->n; i++) {
    const struct sat_action *a = &as->a[i];
    put(b, "%s%s", i > 0 ? "; " : "", sat_action_name(a->type));
    if (a->flavor != 0) put(b, " flavor=0x%" PRIx32, a->flavor);
    if (a->flags != 0) put(b, " flags=0x%" PRIx32, a->flags);
    print_action_data(b, a);
  }
  sat_buf_u8(b, ']');
}
