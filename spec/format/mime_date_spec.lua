-- Dates of messages (RFC 5322 3.3), and what is written in their place.

local mime = require("satchel.core").mime

local at <const> = 1700000000 -- 2023-11-14 22:13:20 UTC

describe("a date", function()
  for _, case in ipairs {
    { "Tue, 14 Nov 2023 22:13:20 +0000", at },
    { "Tue, 14 Nov 2023 23:13:20 +0100 (CET)", at },
    { "14 Nov 2023 17:13:20 -0500", at },
    { "Tue, 14 Nov 2023 22:13 +0000", at - 20 },
    { "Tue,14 Nov 2023 22:13:20 GMT", at },
    { "Tue, 14 Nov 2023 22:13:20", at },
    { "Tue, 14 Nov 23 22:13:20 UT", at },
    { "Tue, 14 Nov 2023 17:13:20 EST", at },
    { "Tue, 14 Nov 2023 14:13:20 PST", at },
    { "Tue, 14 Nov 2023 23:13:20 CET", at },
    { "Tue, 14 Nov 2023 22:13:20 Z", at },
    { "Tue, 14 Nov 2023 22:13:20 -0000", at },
    { "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 880127706 }, -- RFC 5322 A.6.3
    { "Tue, 14 Nov 2023 22:13:20 +0000 (a (nested) comment", at },
    { "Thu, 13 Feb 1969 23:32:54 -0330", -27723426 },
    { "21 Nov 97 09:55:06 GMT", 880106106 },
    { "Tue, 14 Nov 123 22:13:20 +0000", at }, -- RFC 5322 4.3: three digits
    { "Tue Nov 14 22:13:20 2023", at }, -- asctime
    { "Tue Nov 14 22:13:20 GMT 2023", at },
    { "Tue, Nov 14, 2023 22:13:20 +0000", at },
    { "Tuesday, 14-Nov-23 22:13:20 GMT", at }, -- RFC 850
    { "Tuesday, November 14, 2023 10:13:20 PM", at },
    { "Tue, 14 Nov 2023 12:13:20 AM", at - 79200 },
    { "2023-11-14T22:13:20Z", at },
    { "2023-11-14 22:13:20.123 +0000", at },
    { "2023-11-14T23:13:20+01:00", at },
    { "14.11.2023 22:13:20", at },
    { "11/14/2023 22:13:20", at },
    { "14/11/2023 22:13:20", at },
    { "2023/11/14 22:13:20", at },
    { "Tue, 14 NOV 2023 22.13.20 +0000", at },
    { "Tue, 14 Nov 2023 22:13:20 +0530 (IST)", at - 19800 },
    { "Tue, 14 Nov 2023 22:13:20 GMT+0100", at - 3600 },
    { "Tue, 14 Nov 2023", at - 80000 },
    { "Tue, 14 Nov 2023 99:99:99 +0000", at - 80000 },
    { "Tue, 14 Nov 2023 22:13:20 +9999", at },
    { "  Date: 14 Nov 2023 22:13:20 +0000", at },
    { "Tue, 29 Feb 2000 00:00:00 +0000", 951782400 },
    { "Thu, 01 Jan 1970 00:00:00 +0000", 0 },
    { "(comment) Tue, 14 Nov 2023 22:13:20 +0000", at },
    { "", nil }, { "never", nil }, { "14 Nov", nil }, { "Tue, 99 Nov 2023", nil },
    { "((((((", nil }, { "2023", nil }, { "99999999999999999999", nil },
  } do
    it(("%q"):format(case[1]), function()
      assert.equal(case[2], mime.date(case[1]))
    end)
  end

  it("is the same for every second of a day and every day of a leap year", function()
    local months <const> = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
      "Oct", "Nov", "Dec" }
    for day = 0, 365 do
      local seconds = 1704067200 + day * 86400 + day * 237 % 86400
      local t = os.date("!*t", seconds)
      assert.equal(seconds, mime.date(("%d %s %d %02d:%02d:%02d +0000"):format(t.day,
        months[t.month], t.year, t.hour, t.min, t.sec)))
    end
  end)
end)
