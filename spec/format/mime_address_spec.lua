-- Lists of addresses (RFC 5322 3.4), and what is written in their place.

local mime = require("satchel.core").mime

-- "Name <email>" of each
local function shown(list)
  local parts = {}
  for i, each in ipairs(list) do
    parts[i] = each.email and (each.name and ("%s <%s>"):format(each.name, each.email)
      or each.email) or ("[%s]"):format(each.name)
  end
  return table.concat(parts, " | ")
end

describe("addresses", function()
  for _, case in ipairs {
    { "a@b", "a@b" },
    { "Anna <a@b>", "Anna <a@b>" },
    { "Anna Maria <a@b>", "Anna Maria <a@b>" },
    { '"B, C" <a@b>, d@e', "B, C <a@b> | d@e" },
    { '"quoted \\"pair\\"" <a@b>', 'quoted "pair" <a@b>' },
    { "a@b (Anna)", "Anna <a@b>" },
    { "(x) a@b (Anna (really))", "Anna (really) <a@b>" },
    { "Anna (comment) <a@b>", "Anna <a@b>" },
    { "<a@b>", "a@b" },
    { "<@route,@other:a@b>", "a@b" },
    { "Anna <a @ b . c>", "Anna <a@b.c>" },
    { "a @ b", "a@b" },
    { '"odd one"@b', '"odd one"@b' },
    { 'Anna <"odd one"@b>', 'Anna <"odd one"@b>' },
    { "a@[192.0.2.1]", "a@[192.0.2.1]" },
    -- RFC 5322 A.1.3, A.5, A.6
    { "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
      "Ed Jones <c@a.test> | joe@where.test | John <jdoe@one.test>" },
    { "Undisclosed recipients:;", "" },
    { "(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "" },
    { "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
      "Pete <pete@silly.test>" },
    { "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n"
      .. "         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); "
      .. "(the end of the group)",
      "Chris Jones <c@public.example> | joe@example.org | John <jdoe@one.test>" },
    { "a@b, group: c@d;, e@f", "a@b | c@d | e@f" },
    { "Joe Q. Public <j@e.test>", "Joe Q. Public <j@e.test>" },
    { '  , ,"Joe" <test@example.org>,', "Joe <test@example.org>" },
    -- names in all their encodings
    { "=?utf-8?Q?=C3=84nna?= <a@b>", "Änna <a@b>" },
    { '"=?utf-8?Q?=C3=84nna?=" <a@b>', "Änna <a@b>" },
    { "=?utf-8?Q?Doe,_J?= <a@b>", "Doe, J <a@b>" },
    { "=?utf-8?Q?a?= =?utf-8?Q?b?= <a@b>", "ab <a@b>" },
    { "a@b (=?utf-8?Q?=C3=84nna?=)", "Änna <a@b>" },
    { "\xc4nna <a@b>", "Änna <a@b>" },
    { "\xc3\x84nna <a@b>", "Änna <a@b>" },
    { "\xcf\xf0 <a@b>", "Пр <a@b>", "windows-1251" },
    { "a@xn--bcher-kva.example", "a@bücher.example" },
    { "a@b\xc3\xbccher.example", "a@bücher.example" },
    { "\xc3\xbc@b", "ü@b" },
    { "a@xn--", "a@xn--" },
    { "'Anna' <a@b>", "Anna <a@b>" },
    { "'a@b'", "'a@b'" },
    -- broken ones
    { "a@b; c@d", "a@b | c@d" },
    { "Anna a@b", "Anna <a@b>" },
    { "a@b Anna", "Anna <a@b>" },
    { "Anna <a@b", "Anna <a@b>" },
    { "Anna <a@b, Bob <c@d>", "Anna <a@b> | Bob <c@d>" },
    { "Anna <a@b> Bob <c@d>", "Anna <a@b> | Bob <c@d>" },
    { "Anna <<a@b>>", "Anna <a@b>" },
    { "<a@b;>, c@d", "a@b | c@d" },
    { '"Anna <a@b>', "Anna <a@b>" },
    { "Anna (x <a@b>", "Anna (x <a@b>" },
    { "Anna <>", "[Anna]" },
    { "Anna", "[Anna]" },
    { "Anna <bob>", "Anna <bob>" },
    { "<mailto:a@b>", "a@b" },
    { "Anna [a@b]", "Anna <a@b>" },
    { "a@b,\r\n c@d", "a@b | c@d" },
    { "a@b\0", "a@b" },
    { "Anna\r\n\t<a@b>", "Anna <a@b>" },
    { "", "" }, { ",;:", "" }, { "<>", "" }, { "()", "" }, { '""', "" },
  } do
    it(("%q"):format(case[1]), function()
      assert.equal(case[2], shown(mime.addresses(case[1], case[3])))
    end)
  end
end)
