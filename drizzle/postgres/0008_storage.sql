ALTER TABLE "chats" ADD COLUMN "bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "chats" ADD COLUMN "counted_version" integer DEFAULT -1 NOT NULL;--> statement-breakpoint
CREATE INDEX "chats_storage" ON "chats" USING btree ("owner_id","bytes");--> statement-breakpoint
CREATE INDEX "chats_uncounted" ON "chats" USING btree ("owner_id") WHERE counted_version <> version;