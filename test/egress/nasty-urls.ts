// URLs and DNS answers that have led senders of webhooks into somebody's own network, and good ones that look like them.

/** A URL that cannot be saved, and all the codes that it must give. */
export type RefusedUrl = readonly [url: string, codes: string];

/** What comes of a connection: the address is refused, or exactly what DNS said is dialled. */
export type Dialling = 'refused' | 'dialled';

/** DNS answers, one for each connection after the other, each with what must come of it. */
export type Answers = readonly (readonly [addresses: string, expected: Dialling])[];

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function hosts(codes: string, list: string): RefusedUrl[] {
  return words(list).map((host) => [`https://${host}/`, codes] as const);
}

function each(expected: Dialling, list: string): Answers[] {
  return words(list).map((address) => [[address, expected]]);
}

/** URLs that are saved and sent. */
export const GOOD_URLS: readonly string[] = [
  'https://example.com',
  'https://example.com/',
  'HTTPS://Example.COM/Hook',
  'https://hooks.example.com/a/b?c=d&e=f',
  'https://example.com?x=1',
  'https://example.com/?',
  'https://a-b.example.co.uk/~x/!$&()*+,;=:@',
  'https://xn--bcher-kva.example.com/',
  'https://xn--r8jz45g.xn--zckzah.com/',
  'https://_dmarc.example.com/',
  'https://a.b.c.d.e.f.example.com/',
  'https://1.example.com/',
  'https://1e100.net/',
  'https://0x7f.example.com/',
  'https://127.0.0.1.example.com/',
  'https://10-0-0-1.example.com/',
  'https://123.456.example.com/',
  'https://example.com/%2F%20%41?q=%00',
  'https://example.com/@user:443',
  'https://example.com/https://10.0.0.1/',
  'https://example.com/?next=http://169.254.169.254/',
  'https://localhost.example.com/',
  'https://internal.example.com/',
  'https://test.com/',
  'https://local.com/',
  'https://api.datadoghq.eu/v1/input/abc',
  `https://${'a'.repeat(63)}.example.com/`,
  `https://example.com/${'a'.repeat(2028)}`,
];

/** URLs that are refused when they are saved, by what they try. */
export const REFUSED_URLS: Readonly<Record<string, readonly RefusedUrl[]>> = {
  'IPv4 in plain spelling, public or not': hosts(
    'url_ip_literal',
    `127.0.0.1 8.8.8.8 0.0.0.0 10.0.0.1 172.16.0.1 192.168.0.1 169.254.169.254 169.254.170.2 100.100.100.200
    168.63.129.16 192.0.0.192 255.255.255.255`,
  ),
  'IPv4 in other numbers': hosts(
    'url_ip_literal',
    `2130706433 0x7f000001 0X7F000001 017700000001 127.1 127.0.1 0x7f.1 0177.1 0177.0.0.1 0x7f.0.0.1 0X7F.0.0.1
    0x7f.0x0.0x0.0x1 0177.0x0.0.1 127.0x1 00000177.0.0.1 0x0000007f.0.0.1 2852039166 0xa9fea9fe 0251.0376.0251.0376
    0xa9.0xfe.43518 169.16689662 10.1 0xa.1 012.1 3232235521 192.168.1 0 0x 00 0x0 0.0 127.0.0.1. 2130706433.`,
  ),
  'IPv4 in characters that the parser folds': hosts(
    'url_ip_literal',
    `１２７.0.0.1 127．0．0．1 127。0。0。1 127｡0｡0｡1 ①②⑦.0.0.1 ⑯⑨.254.169.254 ¹²⁷.0.0.1 ₁₂₇.₀.₀.₁ 𝟏𝟐𝟕.𝟎.𝟎.𝟏 𝟙𝟚𝟟.0.0.1
    ０ｘ７ｆ.1 ０x7f000001`,
  ),
  'IPv4 that is none': hosts(
    'url_ip_literal url_invalid',
    '256.256.256.256 1.2.3.4.5 127.0.0.256 4294967296 0x100000000 1.2.3.08 127.0.0.0x1g.0x1 example.0x7f a.b.1',
  ),
  IPv6: hosts(
    'url_ip_literal',
    `[::1] [::] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [fe80::1] [fc00::1] [fd00:ec2::254]
    [fec0::1] [ff02::1] [2606:4700:4700::1111] [100::1] [2001:db8::1] [3fff::1] [5f00::1] [4000::1]`,
  ),
  'IPv4 inside of IPv6': hosts(
    'url_ip_literal',
    `[::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:a9fe:a9fe] [::127.0.0.1] [::7f00:1] [::a9fe:a9fe]
    [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::a00:1] [2002:7f00:1::] [2002:a9fe:a9fe::1]
    [2001:0:7f00:1::] [2001:0:4136:e378:8000:63bf:80ff:fffe] [fe80::5efe:7f00:1] [2001:db8::5efe:10.0.0.1]
    [2001:4860::5efe:127.0.0.1] [2001:4860::200:5efe:a00:1]`,
  ),
  'IPv6 that is none, and zone ids': [
    ['https://[fe80::1%eth0]/', 'url_host_percent url_invalid'],
    ['https://[fe80::1%25eth0]/', 'url_host_percent url_invalid'],
    ['https://[::1%lo]/', 'url_host_percent url_invalid'],
    ['https://fe80::1%25eth0/', 'url_port url_single_label url_host_invalid url_invalid'],
    ['https://[v1.x]/', 'url_ip_literal url_invalid'],
    ['https://[::1/', 'url_port url_ip_literal url_invalid'],
    ['https://::1/', 'url_port url_single_label url_host_invalid url_invalid'],
    ['https://[::ffff:127.0.0.1.]/', 'url_ip_literal url_invalid'],
    ['https://[::1]:443/', 'url_port url_ip_literal'],
    ['https://[::1].example.com/', 'url_ip_literal url_invalid'],
  ],
  'percent signs in the host': [
    ['https://%31%32%37.0.0.1/', 'url_host_percent'],
    ['https://%31%36%39.%32%35%34.%31%36%39.%32%35%34/', 'url_host_percent'],
    ['https://127%2e0%2e0%2e1/', 'url_host_percent'],
    ['https://%6c%6f%63%61%6c%68%6f%73%74/', 'url_host_percent'],
    ['https://ex%61mple.com/', 'url_host_percent'],
    ['https://example.com%2f@10.0.0.1/', 'url_user_info url_ip_literal'],
    ['https://example.com%00.evil.example.net/', 'url_host_percent url_invalid'],
    ['https://127.0.0.1%00.example.com/', 'url_host_percent url_invalid'],
    ['https://127.0.0.1%0a.example.com/', 'url_host_percent url_invalid'],
  ],
  'other alphabets': [
    ['https://bücher.example.com/', 'url_host_not_ascii'],
    ['https://еxample.com/', 'url_host_not_ascii'],
    ['https://ⓔxample.com/', 'url_host_not_ascii'],
    ['https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/', 'url_host_not_ascii'],
    ['https://ｌｏｃａｌｈｏｓｔ/', 'url_host_not_ascii'],
    ['https://loc𝐚lhost/', 'url_host_not_ascii'],
    ['https://example。com/', 'url_host_not_ascii'],
    ['https://metadata。google。internal/', 'url_host_not_ascii'],
    ['https://ｅxample.com/', 'url_host_not_ascii'],
    ['https://例え.テスト/', 'url_host_not_ascii'],
    ['https://faß.example.com/', 'url_host_not_ascii'],
    ['https://example.com／.evil.example.net/', 'url_host_not_ascii url_invalid'],
    ['https://example.com＃.evil.example.net/', 'url_host_not_ascii url_invalid'],
    ['https://evil.example.net＠10.0.0.1/', 'url_ip_literal url_invalid'],
    ['https://xn--a.example.com/', 'url_invalid'],
    ['https://xn--/', 'url_single_label url_host_invalid url_invalid'],
  ],
  'names that are not public': [
    ...hosts('url_single_label url_reserved_suffix', 'localhost LOCALHOST intranet example'),
    ...hosts('url_single_label', 'com router metadata kubernetes'),
    ...hosts(
      'url_reserved_suffix',
      `a.localhost printer.local metadata.google.internal instance-data.ec2.internal host.docker.internal
      kubernetes.default.svc.cluster.local localhost.localdomain a.test A.TEST a.invalid a.example a.onion a.alt
      a.home.arpa 1.0.0.127.in-addr.arpa nas.lan mail.corp x.home x.private app.intranet sandbox.hookwright.test`,
    ),
  ],
  'dots at the end': [
    ['https://example.com./', 'url_trailing_dot'],
    ['https://example.com../', 'url_trailing_dot'],
    ['https://localhost./', 'url_trailing_dot url_single_label url_reserved_suffix'],
    ['https://metadata.google.internal./', 'url_trailing_dot url_reserved_suffix'],
  ],
  'no host names': [
    ...hosts('url_host_invalid', 'a..example.com .example.com -a.example.com a-.example.com *.example.com'),
    ...hosts('url_host_invalid', 'a,b.example.com {{host}}.example.com ${host}.example.com'),
    [`https://${'a'.repeat(64)}.example.com/`, 'url_host_invalid'],
    [`https://${'a.'.repeat(125)}example.com/`, 'url_host_invalid'],
    ['https://a<b.example.com/', 'url_host_invalid url_invalid'],
  ],
  'user info': [
    ['https://user@example.com/', 'url_user_info'],
    ['https://user:password@example.com/', 'url_user_info'],
    ['https://@example.com/', 'url_user_info'],
    ['https://:@example.com/', 'url_user_info'],
    ['https://example.com@10.0.0.1/', 'url_user_info url_ip_literal'],
    ['https://example.com:443@127.0.0.1/', 'url_user_info url_ip_literal'],
    ['https://example.com&@127.0.0.1/', 'url_user_info url_ip_literal'],
    ['https://a:b@c@example.com/', 'url_user_info'],
    ['https://127.0.0.1@example.com/', 'url_user_info'],
  ],
  ports: [
    ['https://example.com:443/', 'url_port'],
    ['https://example.com:8443/', 'url_port'],
    ['https://example.com:22/', 'url_port'],
    ['https://example.com:/', 'url_port'],
    ['https://example.com:99999/', 'url_port url_invalid'],
    ['https://example.com:x/', 'url_port url_invalid'],
    ['https://127.0.0.1:6379/', 'url_port url_ip_literal'],
  ],
  'schemes and slashes': [
    ['', 'url_not_https url_invalid'],
    ['example.com', 'url_not_https url_invalid'],
    ['//example.com/', 'url_not_https url_invalid'],
    ['/path', 'url_not_https url_invalid'],
    ['https://', 'url_invalid'],
    ['https:///', 'url_not_https url_invalid'],
    ['http://example.com/', 'url_not_https'],
    ['http://169.254.169.254/latest/meta-data/', 'url_not_https url_ip_literal'],
    ['ftp://example.com/', 'url_not_https'],
    ['gopher://127.0.0.1/_x', 'url_not_https url_ip_literal'],
    ['javascript:alert(1)', 'url_not_https'],
    ['file:///etc/passwd', 'url_not_https'],
    ['data:text/plain,x', 'url_not_https'],
    ['wss://example.com/', 'url_not_https'],
    ['unix:/var/run/docker.sock', 'url_not_https'],
    ['https+unix://%2fvar%2frun%2fx.sock/', 'url_not_https url_host_percent'],
    ['https:example.com/', 'url_not_https'],
    ['https:/example.com/', 'url_not_https'],
    ['https:///example.com/', 'url_not_https'],
    ['https:127.0.0.1/', 'url_not_https'],
    ['https:////127.0.0.1/', 'url_not_https'],
  ],
  'backslashes, blanks and control characters': [
    ['https:\\\\example.com/', 'url_forbidden_character url_not_https'],
    ['https:/\\127.0.0.1/', 'url_forbidden_character url_not_https url_ip_literal'],
    ['https://example.com\\@evil.example.net/', 'url_forbidden_character'],
    ['https://10.0.0.1\\@example.com/', 'url_forbidden_character url_ip_literal'],
    ['https://example.com/a\\b', 'url_forbidden_character'],
    ['https://example.com/a b', 'url_forbidden_character'],
    [' https://example.com/', 'url_forbidden_character'],
    ['https://example.com/ ', 'url_forbidden_character'],
    ['https://example.com/\n', 'url_forbidden_character'],
    ['https://exam\tple.com/', 'url_forbidden_character'],
    ['https://127.0.\n0.1/', 'url_forbidden_character url_ip_literal'],
    ['ht\ttps://example.com/', 'url_forbidden_character'],
    ['https://example.com/\r\nx-evil: 1', 'url_forbidden_character'],
    ['https://example.com/\u0000', 'url_forbidden_character'],
    ['https://example.com/\u007f', 'url_forbidden_character'],
    ['https://example.com/\u0085', 'url_forbidden_character'],
    ['https://example.com/\u00a0', 'url_forbidden_character'],
    ['https://example.com/\u2028', 'url_forbidden_character'],
    ['https://example.com/\u202egpj', 'url_forbidden_character'],
    ['https://exam\u00adple.com/', 'url_forbidden_character'],
    ['https://exam\u200bple.com/', 'url_forbidden_character'],
    ['https://127.0\u200b.0.1/', 'url_forbidden_character url_ip_literal'],
  ],
  'what would be sent otherwise than it is written': [
    ['https://example.com/#', 'url_fragment'],
    ['https://example.com/#part', 'url_fragment'],
    ['https://example.com#@evil.example.net/', 'url_fragment'],
    ['https://example.com/a/../b', 'url_repaired'],
    ['https://example.com/./b', 'url_repaired'],
    ['https://example.com/%2e%2e/b', 'url_repaired'],
    ['https://example.com/ü', 'url_repaired'],
    ['https://example.com/"x"', 'url_repaired'],
    ['https://example.com/{id}', 'url_repaired'],
    ["https://example.com/?q='x'", 'url_repaired'],
    [`https://example.com/${'a'.repeat(2029)}`, 'url_too_long'],
    [
      'http://user:pw@localhost.:8080/a b#c',
      'url_forbidden_character url_not_https url_user_info url_port url_fragment url_trailing_dot url_single_label url_reserved_suffix',
    ],
  ],
};

/** DNS answers for good names, by what they try. */
export const DNS_ANSWERS: Readonly<Record<string, readonly Answers[]>> = {
  // First and last address of each net, in the order of the registries.
  'the ends of the special IPv4 nets': each(
    'refused',
    `0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0 127.255.255.255 169.254.0.0
    169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.0 192.0.2.255 192.31.196.0 192.31.196.255
    192.52.193.0 192.52.193.255 192.88.99.0 192.88.99.255 192.168.0.0 192.168.255.255 192.175.48.0 192.175.48.255
    198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255 224.0.0.0 239.255.255.255 240.0.0.0
    255.255.255.255 168.63.129.16`,
  ),
  'their public neighbours': each(
    'dialled',
    `1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0
    172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.31.195.255 192.31.197.0 192.52.192.255 192.52.194.0 192.88.98.255
    192.88.100.0 192.167.255.255 192.169.0.0 192.175.47.255 192.175.49.0 198.17.255.255 198.20.0.0 198.51.99.255
    198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 168.63.129.15 168.63.129.17`,
  ),
  'the ends of the special IPv6 nets': each(
    'refused',
    `:: ::1 ::ffff:ffff 64:ff9b:: 64:ff9b::ffff:ffff 64:ff9b:1:: 64:ff9b:1:ffff:ffff:ffff:ffff:ffff 100::
    100::ffff:ffff:ffff:ffff 100:0:0:1:: 1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2001::
    2001:0:ffff:ffff:ffff:ffff:ffff:ffff 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff 2001:2:: 2001:10:: 2001:20:: 2001:30::
    2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 2002:: 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2620:4f:8000::
    2620:4f:8000:ffff:ffff:ffff:ffff:ffff 3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff 4000:: 5f00::
    5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff fc00:: fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fe80::
    febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff fec0:: feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ff00::
    ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fd00:ec2::254 fd20:ce::254`,
  ),
  'the public neighbours of IPv6': each(
    'dialled',
    `2000:: 2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2001:200:: 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9::
    2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2003:: 2620:4f:7fff:ffff:ffff:ffff:ffff:ffff 2620:4f:8001::
    2606:4700:4700::1111 2a00:1450:4001:81b::200e 3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff 3fff:1000::
    3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff`,
  ),
  'IPv4 inside of IPv6': each(
    'refused',
    `::ffff:127.0.0.1 ::ffff:7f00:1 0:0:0:0:0:ffff:a00:1 ::ffff:8.8.8.8 ::127.0.0.1 ::7f00:1 ::8.8.8.8 ::ffff:0:10.0.0.1
    64:ff9b::10.0.0.1 64:ff9b::808:808 64:ff9b:1::169.254.169.254 2002:7f00:1:: 2002:808:808::1
    2001:0:4136:e378:8000:63bf:80ff:fffe fe80::5efe:7f00:1 fe80::200:5efe:10.0.0.1
    2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:7f00:1`,
  ),
  'answers that are no plain address': each(
    'refused',
    'localhost 127.1 0x7f.0.0.1 0177.0.0.1 2130706433 [::1] fe80::1%eth0 2606:4700::1%1 1.1.1.1/32 1.1.1.1. ::ffff:1.1.1',
  ),
  'mixed answers': [
    [['93.184.216.34,10.0.0.1', 'refused']],
    [['10.0.0.1,93.184.216.34', 'refused']],
    [['93.184.216.34,127.0.0.1', 'refused']],
    [['93.184.216.34,::1', 'refused']],
    [['2606:4700:4700::1111,169.254.169.254', 'refused']],
    [['2606:4700:4700::1111,::ffff:127.0.0.1', 'refused']],
    [['1.1.1.1,1.0.0.1,8.8.8.8,8.8.4.4,9.9.9.9,149.112.112.112,93.184.216.34,127.0.0.1', 'refused']],
    [['1.1.1.1,localhost', 'refused']],
    [['1.1.1.1,8.8.8.8', 'dialled']],
    [['2606:4700:4700::1111,1.1.1.1', 'dialled']],
  ],
  'changing answers': [
    [
      ['93.184.216.34', 'dialled'],
      ['127.0.0.1', 'refused'],
    ],
    [
      ['127.0.0.1', 'refused'],
      ['93.184.216.34', 'dialled'],
      ['169.254.169.254', 'refused'],
    ],
    [
      ['93.184.216.34', 'dialled'],
      ['93.184.216.34,10.0.0.1', 'refused'],
      ['2606:4700:4700::1111', 'dialled'],
      ['::1', 'refused'],
    ],
  ],
};

/** Where a redirect points to. None is ever followed. */
export const REDIRECTS: readonly string[] = [
  'https://127.0.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'https://[::1]/',
  'https://2130706433/',
  '//127.0.0.1/',
  '/inside',
  '../inside',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'file:///etc/passwd',
  'https://receiver.example.com/again',
  'https://localhost/',
];
