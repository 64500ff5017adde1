CREATE TABLE "audit_log" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"actor_id" text,
	"action" text NOT NULL,
	"target_type" text NOT NULL,
	"target_id" text NOT NULL,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "bootstrap" (
	"id" integer PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chats" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"title" text NOT NULL,
	"title_key" text NOT NULL,
	"title_is_automatic" boolean DEFAULT true NOT NULL,
	"pinned" boolean DEFAULT false NOT NULL,
	"archived" boolean DEFAULT false NOT NULL,
	"model" text,
	"settings" jsonb NOT NULL,
	"active_message_id" text,
	"version" integer DEFAULT 0 NOT NULL,
	"message_count" integer DEFAULT 0 NOT NULL,
	"source" text,
	"source_id" text,
	"continued_from_title" text,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "connections" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"base_url" text NOT NULL,
	"api_key_cipher" text,
	"enabled" boolean NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"chat_id" text NOT NULL,
	"parent_id" text,
	"role" text NOT NULL,
	"content" text NOT NULL,
	"reasoning" text,
	"reasoning_ms" integer,
	"model" text,
	"status" text NOT NULL,
	"error" text,
	"edited" boolean DEFAULT false NOT NULL,
	"client_key" text,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"sid_hash" text PRIMARY KEY NOT NULL,
	"user_id" text,
	"data" text NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"revoked_at" bigint
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "shared_link_audience" (
	"link_id" text NOT NULL,
	"kind" text NOT NULL,
	"principal_id" text NOT NULL,
	CONSTRAINT "shared_link_audience_link_id_kind_principal_id_pk" PRIMARY KEY("link_id","kind","principal_id")
);
--> statement-breakpoint
CREATE TABLE "shared_link_versions" (
	"link_id" text NOT NULL,
	"number" integer NOT NULL,
	"message_count" integer NOT NULL,
	"content_hash" text NOT NULL,
	"chat_version" integer NOT NULL,
	"created_at" bigint NOT NULL,
	"body" "bytea" NOT NULL,
	CONSTRAINT "shared_link_versions_link_id_number_pk" PRIMARY KEY("link_id","number")
);
--> statement-breakpoint
CREATE TABLE "shared_links" (
	"id" text PRIMARY KEY NOT NULL,
	"chat_id" text NOT NULL,
	"owner_id" text NOT NULL,
	"title" text NOT NULL,
	"title_key" text NOT NULL,
	"show_author" boolean NOT NULL,
	"audience_kind" text NOT NULL,
	"expires_at" bigint,
	"current_version" integer NOT NULL,
	"paused_reason" text,
	"revoked_at" bigint,
	"revoked_by" text,
	"revoked_reason" text,
	"last_reviewed_at" bigint,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"password_hash" text NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"created_at" bigint NOT NULL,
	"last_active_at" bigint
);
--> statement-breakpoint
ALTER TABLE "bootstrap" ADD CONSTRAINT "bootstrap_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chats" ADD CONSTRAINT "chats_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_chat_id_chats_id_fk" FOREIGN KEY ("chat_id") REFERENCES "public"."chats"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shared_link_audience" ADD CONSTRAINT "shared_link_audience_link_id_shared_links_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."shared_links"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shared_link_versions" ADD CONSTRAINT "shared_link_versions_link_id_shared_links_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."shared_links"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shared_links" ADD CONSTRAINT "shared_links_chat_id_chats_id_fk" FOREIGN KEY ("chat_id") REFERENCES "public"."chats"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shared_links" ADD CONSTRAINT "shared_links_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_target" ON "audit_log" USING btree ("target_type","target_id","seq");--> statement-breakpoint
CREATE INDEX "audit_at" ON "audit_log" USING btree ("at");--> statement-breakpoint
CREATE INDEX "chats_list" ON "chats" USING btree ("owner_id","archived","updated_at","id","title_key");--> statement-breakpoint
CREATE INDEX "chats_pinned" ON "chats" USING btree ("owner_id","archived","pinned","updated_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "chats_source" ON "chats" USING btree ("owner_id","source","source_id");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_id" ON "messages" USING btree ("id");--> statement-breakpoint
CREATE INDEX "messages_tree" ON "messages" USING btree ("chat_id","parent_id","seq");--> statement-breakpoint
CREATE INDEX "messages_status" ON "messages" USING btree ("status");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_client_key" ON "messages" USING btree ("chat_id","client_key");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expires" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "shared_links_live" ON "shared_links" USING btree ("chat_id") WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX "shared_links_updated" ON "shared_links" USING btree ("owner_id","updated_at","id","title_key") WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX "shared_links_title" ON "shared_links" USING btree ("owner_id","title_key","id") WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX "shared_links_expires" ON "shared_links" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "shared_links_chat" ON "shared_links" USING btree ("chat_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "users" USING btree ("email");--> statement-breakpoint
CREATE INDEX "users_created" ON "users" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "users_role" ON "users" USING btree ("role","created_at","id");