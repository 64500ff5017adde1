DROP INDEX "shared_links_updated";--> statement-breakpoint
DROP INDEX "shared_links_title";--> statement-breakpoint
CREATE INDEX "shared_links_updated" ON "shared_links" USING btree ("owner_id","updated_at","id","title_key","revoked_at") WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX "shared_links_title" ON "shared_links" USING btree ("owner_id","title_key","id","revoked_at") WHERE revoked_at is null;