CREATE TABLE public.accounts (
    account_id text NOT NULL,
    revision bigint NOT NULL,
    period_id bigint,
    as_of_ms bigint,
    asked_at_ms bigint NOT NULL,
    lease_owner text,
    lease_until_ms bigint NOT NULL
);
CREATE TABLE public.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);
CREATE TABLE public.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.message_history (
    account_id text NOT NULL,
    message_id bigint NOT NULL,
    revision bigint NOT NULL,
    change text NOT NULL,
    period_id bigint NOT NULL,
    timestamp_ms bigint NOT NULL,
    "timestamp" text NOT NULL,
    text text NOT NULL,
    report_id bigint,
    report_name text,
    credits bigint
);
CREATE TABLE public.messages (
    account_id text NOT NULL,
    message_id bigint NOT NULL,
    period_id bigint NOT NULL,
    "position" bigint NOT NULL,
    timestamp_ms bigint NOT NULL,
    "timestamp" text NOT NULL,
    text text NOT NULL,
    search_text text NOT NULL,
    report_id bigint,
    report_name text COLLATE pg_catalog."C",
    credits bigint
);
CREATE TABLE public.periods (
    account_id text NOT NULL,
    period_id bigint NOT NULL,
    from_ms bigint NOT NULL,
    to_ms bigint,
    first_message_ms bigint,
    last_message_ms bigint,
    rate_card_version text NOT NULL,
    credits bigint NOT NULL,
    message_count bigint NOT NULL,
    unpriced_count bigint NOT NULL
);
CREATE TABLE public.rate_cards (
    account_id text NOT NULL,
    version text NOT NULL,
    card text NOT NULL
);
CREATE TABLE public.reports (
    account_id text NOT NULL,
    period_id bigint NOT NULL,
    report_id bigint NOT NULL,
    status text NOT NULL,
    name text,
    credit_cost bigint,
    read_at_ms bigint NOT NULL
);
CREATE UNLOGGED TABLE public.staged_messages (
    account_id text NOT NULL,
    pull_id text NOT NULL,
    message_id bigint NOT NULL,
    ordinal bigint NOT NULL,
    "position" bigint,
    timestamp_ms bigint NOT NULL,
    "timestamp" text NOT NULL,
    text text NOT NULL,
    search_text text NOT NULL,
    report_id bigint,
    report_name text,
    credits bigint
);
CREATE TABLE public.usage_reports (
    account_id text NOT NULL,
    period_id bigint NOT NULL,
    has_report bigint NOT NULL,
    report_id bigint NOT NULL,
    credits bigint NOT NULL,
    message_count bigint NOT NULL,
    unpriced_count bigint NOT NULL
);
CREATE TABLE public.usage_slots (
    account_id text NOT NULL,
    period_id bigint NOT NULL,
    slot bigint NOT NULL,
    credits bigint NOT NULL,
    message_count bigint NOT NULL,
    unpriced_count bigint NOT NULL
);
INSERT INTO public.accounts VALUES ('default', 7, 3, 1709251560000, 1795627341775, NULL, 0);
INSERT INTO public.accounts VALUES ('acme', 1, 1, 1709251620000, 1795627342687, NULL, 0);
INSERT INTO public.kysely_migration VALUES ('0001-ledger', '2026-11-25T17:22:21.711Z');
INSERT INTO public.kysely_migration VALUES ('0002-asked-accounts', '2026-11-25T17:22:21.731Z');
INSERT INTO public.kysely_migration_lock VALUES ('migration_lock', 0);
INSERT INTO public.message_history VALUES ('default', 101, 2, 'amended', 1, 1709366400000, '2024-03-02T08:00:00.000Z', 'orbital latibro', NULL, NULL, 21000);
INSERT INTO public.message_history VALUES ('default', 301, 2, 'withdrawn', 1, 1711440000000, '2024-03-26T08:00:00.000Z', 'withdrawn of a report', 5, 'Lease Report', 155000);
INSERT INTO public.message_history VALUES ('default', 300, 2, 'withdrawn', 1, 1711353600000, '2024-03-25T08:00:00.000Z', 'will be withdrawn', NULL, NULL, 10000);
INSERT INTO public.message_history VALUES ('default', 400, 4, 'amended', 2, 1711958400000, '2024-04-01T08:00:00.000Z', 'first of April', NULL, NULL, 10000);
INSERT INTO public.messages VALUES ('default', 100, 1, 65536, 1709280000000, '2024-03-01T08:00:00.000Z', 'Are there any restrictions on alterations or improvements?', 'are there any restrictions on alterations or improvements?', NULL, NULL, 52000);
INSERT INTO public.messages VALUES ('default', 102, 1, 196608, 1709452800000, '2024-03-03T08:00:00.000Z', 'aba', 'aba', NULL, NULL, 20000);
INSERT INTO public.messages VALUES ('default', 103, 1, 262144, 1709539200000, '2024-03-04T08:00:00.000Z', '123', '123', NULL, NULL, 11500);
INSERT INTO public.messages VALUES ('default', 104, 1, 327680, 1709625600000, '2024-03-05T08:00:00.000Z', '', '', NULL, NULL, 10000);
INSERT INTO public.messages VALUES ('default', 105, 1, 393216, 1709712000000, '2024-03-06T08:00:00.000Z', 'It’s a long-term lease, isn’t it?', 'it’s a long-term lease, isn’t it?', NULL, NULL, 23500);
INSERT INTO public.messages VALUES ('default', 106, 1, 458752, 1709798400000, '2024-03-07T08:00:00.000Z', '😀 smile 😀', '😀 smile 😀', NULL, NULL, 10000);
INSERT INTO public.messages VALUES ('default', 107, 1, 524288, 1709884800000, '2024-03-08T08:00:00.000Z', 'Ünïcödé ñame, éclair', 'ünïcödé ñame, éclair', NULL, NULL, 12500);
INSERT INTO public.messages VALUES ('default', 109, 1, 655360, 1710057600000, '2024-03-10T08:00:00.000Z', 'Никита, а роза упала на лапу Азора', 'никита, а роза упала на лапу азора', NULL, NULL, 19000);
INSERT INTO public.messages VALUES ('default', 110, 1, 720896, 1710144000000, '2024-03-11T08:00:00.000Z', 'しんぶんし', 'しんぶんし', NULL, NULL, 20000);
INSERT INTO public.messages VALUES ('default', 111, 1, 786432, 1710230400000, '2024-03-12T08:00:00.000Z', 'ẞאְ 𞤀𞤢 𝒜𝒷', 'ßאְ 𞤢𞤢 𝒜𝒷', NULL, NULL, 10000);
INSERT INTO public.messages VALUES ('default', 112, 1, 851968, 1710316800000, '2024-03-13T08:00:00.000Z', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa the end of a long text the end of a long text the end of a long text ', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa the end of a long text the end of a long text the end of a long text ', NULL, NULL, 230000);
INSERT INTO public.messages VALUES ('default', 113, 1, 917504, 1710403200000, '2024-03-14T08:00:00.000Z', 'the the 12', 'the the 12', NULL, NULL, 20000);
INSERT INTO public.messages VALUES ('default', 114, 1, 983040, 1710489600000, '2024-03-15T08:00:00.000Z', '٣½Ⅷ', '٣½ⅷ', NULL, NULL, 11500);
INSERT INTO public.messages VALUES ('default', 115, 1, 1048576, 1710576000000, '2024-03-16T08:00:00.000Z', 'line
break	tab   nbsp', 'line
break	tab   nbsp', NULL, NULL, 10500);
INSERT INTO public.messages VALUES ('default', 201, 1, 1179648, 1711008000000, '2024-03-21T08:00:00.000Z', 'of no report', 'of no report', 9, NULL, 10000);
INSERT INTO public.messages VALUES ('default', 203, 1, 1310720, 1711180800000, '2024-03-23T08:00:00.000Z', 'of another', 'of another', 6, 'Ünïcode Rent Report 😀', 790000);
INSERT INTO public.messages VALUES ('default', 204, 1, 1376256, 1711267200000, '2024-03-24T08:00:00.000Z', 'never answered', 'never answered', 8, NULL, NULL);
INSERT INTO public.messages VALUES ('default', 101, 1, 131072, 1709366400000, '2024-03-02T08:00:00.000Z', 'amended text, once more', 'amended text, once more', NULL, NULL, 24500);
INSERT INTO public.messages VALUES ('default', 200, 1, 1114112, 1710921600000, '2024-03-20T08:00:00.000Z', 'of a report', 'of a report', 5, 'Lease Report', 200000);
INSERT INTO public.messages VALUES ('default', 401, 2, 131072, 1712044800000, '2024-04-02T08:00:00.000Z', 'Lease', 'lease', 5, 'Lease Report', 200000);
INSERT INTO public.messages VALUES ('default', 402, 2, 196608, 1712131200000, '2024-04-03T08:00:00.000Z', 'not priced yet', 'not priced yet', 8, NULL, NULL);
INSERT INTO public.messages VALUES ('default', 202, 1, 1245184, 1711094400000, '2024-03-22T08:00:00.000Z', 'of a late report', 'of a late report', 7, 'Late Report', 32500);
INSERT INTO public.messages VALUES ('default', 400, 2, 65536, 1711958400000, '2024-04-01T08:00:00.000Z', 'first of April, amended', 'first of april, amended', NULL, NULL, 40000);
INSERT INTO public.messages VALUES ('default', 501, 3, 131072, 1714636800000, '2024-05-02T08:00:00.000Z', 'Mm, what a wonderful spring it is', 'mm, what a wonderful spring it is', 9, NULL, 54000);
INSERT INTO public.messages VALUES ('default', 502, 3, 196608, 1714723200000, '2024-05-03T08:00:00.000Z', 'a report', 'a report', 6, 'Ünïcode Rent Report 😀', 790000);
INSERT INTO public.messages VALUES ('default', 503, 3, 262144, 1714809600000, '2024-05-04T08:00:00.000Z', 'unread', 'unread', 8, NULL, NULL);
INSERT INTO public.messages VALUES ('acme', 100, 1, 65536, 1709280000000, '2024-03-01T08:00:00.000Z', 'the same id in another account', 'the same id in another account', NULL, NULL, 32000);
INSERT INTO public.messages VALUES ('acme', 101, 1, 131072, 1709366400000, '2024-03-02T08:00:00.000Z', 'second', 'second', NULL, NULL, 10000);
INSERT INTO public.messages VALUES ('default', 108, 1, 589824, 1709971200000, '2024-03-09T08:00:00.000Z', 'İstanbul ILIK ılık', 'i̇stanbul ilik ılık', NULL, NULL, 12500);
INSERT INTO public.messages VALUES ('default', 500, 3, 65536, 1714550400000, '2024-05-01T08:00:00.000Z', 'May day', 'may day', NULL, NULL, 23000);
INSERT INTO public.periods VALUES ('default', 2, 1711958400000, 1714550400000, 1711958400000, 1712131200000, 'dear-2', 240000, 3, 1);
INSERT INTO public.periods VALUES ('acme', 1, 1709280000000, NULL, 1709280000000, 1709366400000, 'default-1', 42000, 2, 0);
INSERT INTO public.periods VALUES ('default', 1, 1709280000000, 1711958400000, 1709280000000, 1711267200000, 'default-1', 1530000, 21, 1);
INSERT INTO public.periods VALUES ('default', 3, 1714550400000, NULL, 1714550400000, 1714809600000, 'dear-2', 867000, 4, 1);
INSERT INTO public.rate_cards VALUES ('default', 'default-1', '{"version":"default-1","base":"1.00","perCharacter":"0.05","shortWord":"0.10","mediumWord":"0.20","longWord":"0.30","thirdVowel":"0.30","lengthPenalty":"5.00","lengthThreshold":100,"uniqueWordsBonus":"2.00","minimum":"1.00","palindromeFactor":2}');
INSERT INTO public.rate_cards VALUES ('default', 'dear-2', '{"version":"dear-2","base":"1.00","perCharacter":"0.10","shortWord":"0.10","mediumWord":"0.20","longWord":"0.30","thirdVowel":"0.30","lengthPenalty":"5.00","lengthThreshold":100,"uniqueWordsBonus":"0.00","minimum":"1.00","palindromeFactor":2}');
INSERT INTO public.rate_cards VALUES ('acme', 'default-1', '{"version":"default-1","base":"1.00","perCharacter":"0.05","shortWord":"0.10","mediumWord":"0.20","longWord":"0.30","thirdVowel":"0.30","lengthPenalty":"5.00","lengthThreshold":100,"uniqueWordsBonus":"2.00","minimum":"1.00","palindromeFactor":2}');
INSERT INTO public.reports VALUES ('default', 1, 5, 'found', 'Lease Report', 200000, 1709251320000);
INSERT INTO public.reports VALUES ('default', 1, 6, 'found', 'Ünïcode Rent Report 😀', 790000, 1709251320000);
INSERT INTO public.reports VALUES ('default', 1, 9, 'missing', NULL, NULL, 1709251320000);
INSERT INTO public.reports VALUES ('default', 2, 6, 'found', 'Ünïcode Rent Report 😀', 790000, 1709251320000);
INSERT INTO public.reports VALUES ('default', 2, 7, 'unread', NULL, NULL, 1709251320000);
INSERT INTO public.reports VALUES ('default', 2, 9, 'missing', NULL, NULL, 1709251320000);
INSERT INTO public.reports VALUES ('default', 1, 7, 'found', 'Late Report', 32500, 1709251440000);
INSERT INTO public.reports VALUES ('default', 1, 8, 'unread', NULL, NULL, 1709251440000);
INSERT INTO public.reports VALUES ('default', 2, 5, 'found', 'Lease Report', 200000, 1709251500000);
INSERT INTO public.reports VALUES ('default', 2, 8, 'unread', NULL, NULL, 1709251500000);
INSERT INTO public.reports VALUES ('default', 3, 5, 'found', 'Lease Report', 200000, 1709251500000);
INSERT INTO public.reports VALUES ('default', 3, 6, 'found', 'Ünïcode Rent Report 😀', 790000, 1709251560000);
INSERT INTO public.reports VALUES ('default', 3, 7, 'unread', NULL, NULL, 1709251320000);
INSERT INTO public.reports VALUES ('default', 3, 8, 'unread', NULL, NULL, 1709251560000);
INSERT INTO public.reports VALUES ('default', 3, 9, 'missing', NULL, NULL, 1709251560000);
INSERT INTO public.usage_reports VALUES ('default', 1, 1, 5, 200000, 1, 0);
INSERT INTO public.usage_reports VALUES ('default', 1, 1, 6, 790000, 1, 0);
INSERT INTO public.usage_reports VALUES ('default', 1, 1, 7, 32500, 1, 0);
INSERT INTO public.usage_reports VALUES ('default', 2, 0, 0, 40000, 2, 1);
INSERT INTO public.usage_reports VALUES ('default', 2, 1, 5, 200000, 1, 0);
INSERT INTO public.usage_reports VALUES ('default', 3, 1, 6, 790000, 1, 0);
INSERT INTO public.usage_reports VALUES ('acme', 1, 0, 0, 42000, 2, 0);
INSERT INTO public.usage_reports VALUES ('default', 1, 0, 0, 507500, 18, 1);
INSERT INTO public.usage_reports VALUES ('default', 3, 0, 0, 77000, 3, 1);
INSERT INTO public.usage_slots VALUES ('default', 1, 1899200, 52000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1899296, 24500, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1899392, 20000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1899488, 11500, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1899584, 10000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1899680, 23500, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1899776, 10000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1899872, 12500, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1900064, 19000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1900160, 20000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1900256, 10000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1900352, 230000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1900448, 20000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1900544, 11500, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1900640, 10500, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1901024, 200000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1901120, 10000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1901216, 32500, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1901312, 790000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1901408, 0, 1, 1);
INSERT INTO public.usage_slots VALUES ('default', 2, 1902176, 40000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 2, 1902272, 200000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 2, 1902368, 0, 1, 1);
INSERT INTO public.usage_slots VALUES ('default', 3, 1905152, 54000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 3, 1905248, 790000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 3, 1905344, 0, 1, 1);
INSERT INTO public.usage_slots VALUES ('acme', 1, 1899200, 32000, 1, 0);
INSERT INTO public.usage_slots VALUES ('acme', 1, 1899296, 10000, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 1, 1899968, 12500, 1, 0);
INSERT INTO public.usage_slots VALUES ('default', 3, 1905056, 23000, 1, 0);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY public.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.message_history
    ADD CONSTRAINT message_history_key PRIMARY KEY (account_id, message_id, revision);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_key PRIMARY KEY (account_id, message_id);
ALTER TABLE ONLY public.periods
    ADD CONSTRAINT periods_key PRIMARY KEY (account_id, period_id);
ALTER TABLE ONLY public.rate_cards
    ADD CONSTRAINT rate_cards_key PRIMARY KEY (account_id, version);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_key PRIMARY KEY (account_id, period_id, report_id);
ALTER TABLE ONLY public.staged_messages
    ADD CONSTRAINT staged_messages_pkey PRIMARY KEY (account_id, pull_id, message_id);
ALTER TABLE ONLY public.usage_reports
    ADD CONSTRAINT usage_reports_key PRIMARY KEY (account_id, period_id, has_report, report_id);
ALTER TABLE ONLY public.usage_slots
    ADD CONSTRAINT usage_slots_key PRIMARY KEY (account_id, period_id, slot);
CREATE INDEX accounts_by_asked ON public.accounts USING btree (asked_at_ms DESC, account_id);
CREATE INDEX messages_by_credits ON public.messages USING btree (account_id, period_id, credits, "position");
CREATE INDEX messages_by_credits_falling ON public.messages USING btree (account_id, period_id, credits DESC, "position");
CREATE INDEX messages_by_position ON public.messages USING btree (account_id, period_id, "position");
CREATE INDEX messages_by_report ON public.messages USING btree (account_id, period_id, report_id, "position");
CREATE INDEX messages_by_report_name ON public.messages USING btree (account_id, period_id, report_name, "position");
CREATE INDEX messages_by_report_name_falling ON public.messages USING btree (account_id, period_id, report_name DESC, "position");
CREATE INDEX messages_by_timestamp ON public.messages USING btree (account_id, period_id, timestamp_ms, "position");
